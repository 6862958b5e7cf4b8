import type { HeadErrorCode } from '@tfjs-heads/head-api';
import { headError } from '../error.js';
import { describe, quote } from './describe.js';
import { ask, isMap } from './kinds.js';

/**
 * The options of a constructor or a method, checked for names that nobody knows: a misspelled option would be left out
 * in silence.
 *
 * ```ts
 * constructor(options: HuberHeadOptions = {}) {
 *   const { delta = 1, ...others } = checkOptions('HuberHead', options, ['delta', ...BASE_HEAD_OPTIONS]);
 * ```
 *
 * @param of Whose options they are, for the message.
 * @param known The names that there are.
 * @returns A copy of what was given; empty for undefined.
 * @throws INVALID_ARGUMENT, or the given code, which names the misspelled option and the nearest one known
 */
export function checkOptions<T extends object>(
  of: string,
  options: T | undefined,
  known: readonly (string & keyof T)[],
  code: HeadErrorCode = 'INVALID_ARGUMENT',
): T {
  const read = readOptions(of, options, known, code);
  const [unknown] = unknownNames(options, known);
  if (unknown === undefined) return read;
  const meant = nearest(unknown, known);
  const question = meant === undefined ? '' : `did you mean '${meant}'? `;
  throw headError(code, `${of} has no option ${quote(unknown)}: ${question}The options are ${known.join(', ')}.`);
}

/**
 * The same for what may be an object with more in it, such as a whole batch: only a name that is nearly one of the known
 * is refused.
 *
 * @throws INVALID_ARGUMENT
 */
export function checkWideOptions<T extends object>(
  of: string,
  options: T | undefined,
  known: readonly (string & keyof T)[],
): T {
  const read = readOptions(of, options, known);
  for (const name of unknownNames(options, known)) {
    const meant = nearest(name, known);
    if (meant !== undefined)
      throw headError('INVALID_ARGUMENT', `${of} has no option ${quote(name)}: did you mean '${meant}'?`);
  }
  return read;
}

function unknownNames(options: object | undefined, known: readonly string[]): readonly string[] {
  return options === undefined ? [] : ask(() => Object.keys(options), []).filter((name) => !known.includes(name));
}

/**
 * The options of these names, whatever others there are.
 *
 * @throws INVALID_ARGUMENT, or the given code, for what is no object or throws when it is read
 */
export function readOptions<T extends object>(
  of: string,
  options: T | undefined,
  known: readonly (string & keyof T)[],
  code: HeadErrorCode = 'INVALID_ARGUMENT',
): T {
  if (options === undefined) return {} as T;
  if (!isMap(options)) throw headError(code, `The options of ${of} must be an object, got ${describe(options)}.`);
  return readAll(of, options, known, code) as T;
}

/**
 * A copy of a map of somebody else's, with its own enumerable properties.
 *
 * @throws The given code, where it is no map or throws when it is looked at
 */
export function checkMap(
  name: string,
  map: unknown,
  expected: string,
  code: HeadErrorCode,
): Readonly<Record<string, unknown>> {
  if (!isMap(map)) throw headError(code, `${name} must be ${expected}, got ${describe(map)}.`);
  const keys = ask(() => Object.keys(map), undefined);
  if (keys === undefined) throw headError(code, `${name} must be ${expected}, got ${describe(map)}.`);
  return readAll(name, map, keys, code);
}

function readAll(
  of: string,
  map: object,
  names: readonly string[],
  code: HeadErrorCode,
): Readonly<Record<string, unknown>> {
  const read = (name: string): unknown => {
    try {
      return (map as Record<string, unknown>)[name];
    } catch (cause) {
      throw headError(code, `${of}: ${quote(name)} must be readable, but its getter threw ${describe(cause)}.`, {
        cause,
      });
    }
  };
  return Object.fromEntries(names.filter((name) => ask(() => name in map, true)).map((name) => [name, read(name)]));
}

/** The name that few slips of the keyboard lead from, if there is one. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const typed = name.slice(0, 100).toLowerCase();
  const distanceTo = new Map(known.map((candidate) => [candidate, editDistance(typed, candidate.toLowerCase())]));
  const [best] = [...distanceTo].toSorted(([, a], [, b]) => a - b);
  return best !== undefined && best[1] <= Math.max(1, best[0].length / 4) ? best[0] : undefined;
}

/** How many letters to insert, remove or replace (Levenshtein), a row of the table at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
