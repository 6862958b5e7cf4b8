import { engine, util } from '@tensorflow/tfjs-core';
import type { Variable } from '@tensorflow/tfjs-core';
import { quote, shapeText } from '@tfjs-heads/head-kit';

/** A name with the shape of what has it. */
export interface Shaped {
  readonly name: string;
  readonly shape: readonly number[];
}

/** The variable that has this name now. */
export function liveVariable(name: string): Variable | undefined {
  const { registeredVariables } = engine();
  return Object.hasOwn(registeredVariables, name) ? registeredVariables[name] : undefined;
}

/** The name that a variable was given: tfjs-layers adds `_1`, `_2` and so on where another one has had that before. */
export function givenName(name: string): string {
  return name.replace(/(?:_\d+)+$/, '');
}

/** `_9` before `_10`: the order in which the names were given. */
const inOrder = new Intl.Collator('en', { numeric: true });

/**
 * Which of the variables that are trained has which of the states that were restored, where their names differ: a model that is
 * loaded again has other names for its variables, `dense/kernel_1`. States and variables of one given name belong together in
 * the order of what was added, if they are as many and of the same shapes.
 *
 * @returns From the name in the state to that of the variable; undefined where the states are not of these variables.
 */
export function matchNames(
  states: readonly Shaped[],
  trained: readonly Shaped[],
): ReadonlyMap<string, string> | undefined {
  const [known, wanted] = [new Set(states.map(({ name }) => name)), new Set(trained.map(({ name }) => name))];
  const isExact = trained.some(({ name }) => known.has(name));
  // Where some are found by their exact names, what has the name of a live variable is that variable's, to be trained later.
  const free = states.filter(({ name }) => !wanted.has(name) && !(isExact && liveVariable(name) !== undefined));
  const takers = byGivenName(trained.filter(({ name }) => !known.has(name)));
  const matched = new Map<string, string>();
  for (const [given, from] of byGivenName(free)) {
    const to = takers.get(given) ?? [];
    const isRight = from.length === to.length && from.every(({ shape }, i) => hasShape(to[i] as Shaped, shape));
    if (to.length > 0 && !isRight) return undefined;
    to.forEach(({ name }, i) => matched.set((from[i] as Shaped).name, name));
  }
  if (isExact || matched.size === free.length) return matched;
  const isOfOthers = matched.size === 0 && states.every(({ name }) => liveVariable(name) !== undefined);
  return isOfOthers ? matched : undefined;
}

export function hasShape({ shape }: Shaped, expected: readonly number[]): boolean {
  return util.arraysEqual(shape as number[], expected as number[]);
}

/** `'a' of shape [2], 'b' of shape [3]`, the first ten of them. */
export function listNames(of: readonly Shaped[]): string {
  const listed = of.slice(0, 10).map(({ name, shape }) => `${quote(name)} of shape ${shapeText(shape)}`);
  return [...listed, ...(of.length > 10 ? [`${of.length - 10} more`] : [])].join(', ');
}

function byGivenName(of: readonly Shaped[]): ReadonlyMap<string, readonly Shaped[]> {
  const groups = new Map<string, Shaped[]>();
  for (const one of of.toSorted((a, b) => inOrder.compare(a.name, b.name))) {
    const given = givenName(one.name);
    groups.set(given, [...(groups.get(given) ?? []), one]);
  }
  return groups;
}
