/**
 * Where attributes of a kernel differ from step to step (a learning rate, a bias correction, a seed), they name the source of the next ones, and a replayed step
 * asks it. Optimizers of tfjs-heads do so by their kernel `TfjsHeads.Update/1`; a kernel of anybody's that is given the like is fed in the same way:
 *
 * ```ts
 * const attributes = { scalars: this.scalarsFor(name), source: this, variable: name };
 * engine().runKernel('Mine.Update/1', { variable, gradient }, attributes);
 * ```
 */
export interface Feed {
  readonly source: FeedSource;
  /** What the numbers are for, such as the name of a variable. */
  readonly variable: string;
}

/** Who says the numbers of a step: an optimizer. Two recordings are alike only if they have the same. */
export interface FeedSource {
  /** How many steps have been taken. Set, they go on from there. */
  iterations: number;
  /** The numbers of the step to come: `scalars` of the attributes. */
  scalarsFor(variable: string): Readonly<Record<string, number>>;
  /** Counts a step that was replayed. */
  advance(): void;
}

/** The attribute that is fed. */
export const FED = 'scalars';

/** The feed of a node's attributes, if they have one. */
export function feedOf(attributes: Readonly<Record<string, unknown>>): Feed | undefined {
  const { source, variable, [FED]: scalars } = attributes;
  if (typeof source !== 'object' || source === null || typeof variable !== 'string' || scalars === undefined)
    return undefined;
  const { scalarsFor, advance } = source as Partial<FeedSource>;
  return typeof scalarsFor === 'function' && typeof advance === 'function'
    ? { source: source as FeedSource, variable }
    : undefined;
}
