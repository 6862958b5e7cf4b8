/**
 * Where attributes of a kernel differ from step to step (a learning rate, a bias correction, a seed), they carry the source of the next ones under this
 * symbol, and a replayed step asks it. It is global, so that a package can feed a trace without knowing this one:
 *
 * ```ts
 * const attributes = { learningRate: 0.1, [Symbol.for('tfjs-heads.feed/1')]: { source: this, begin, attributes: () => ({ learningRate: schedule(step) }) } };
 * engine().runKernel('TfjsHeads.Sgd/1', { variable, gradient }, attributes);
 * ```
 */
export const FEED: symbol = Symbol.for('tfjs-heads.feed/1');

/** The source of attributes that a kernel is given in a replayed step. */
export interface Feed {
  /**
   * Who makes them, such as an optimizer. {@link Feed.begin} of the first feed of each source is called once a step, before any kernel runs. Two recordings
   * of a step are alike only if their feeds have the same sources.
   */
  readonly source: object;
  /**
   * Begins a step, as the call that was recorded did, such as by counting it.
   *
   * @returns Undoes that, for a step that failed and is run again.
   */
  begin(): () => void;
  /** The attributes of this node in the step that has begun: all of them, in place of those that were recorded. */
  attributes(): Readonly<Record<string, unknown>>;
}

/** The feed of a node's attributes, if they have one. */
export function feedOf(attributes: object | undefined): Feed | undefined {
  return (attributes as { readonly [FEED]?: Feed } | undefined)?.[FEED as never];
}
