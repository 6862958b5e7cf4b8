import { closestMatch } from 'leven';
import {
  array,
  check,
  finite,
  integer,
  maxValue,
  minValue,
  nonEmpty,
  number,
  picklist,
  pipe,
  rawCheck,
  safeParse,
  strictObject,
  string,
  union,
  type BaseIssue,
  type GenericSchema,
  type InferOutput,
  type ObjectEntries,
  type StrictObjectIssue,
  type StrictObjectSchema,
} from 'valibot';
import type { JsonNumber } from '@tfjs-heads/head-api';
import { printableLine } from './printable.js';
import { shortened } from './thrown.js';

/** Text that says something. */
export const text: GenericSchema<string> = pipe(string(), nonEmpty('expected text, got ""'));

/** A number as JSON has it: what is not finite stands as a string. */
export const jsonNumberSchema: GenericSchema<JsonNumber> = union([
  pipe(number(), finite()),
  picklist(['NaN', 'Infinity', '-Infinity']),
]);

/** A whole number from one on. */
export function wholeNumber(from: number): GenericSchema<unknown, number> {
  return pipe(number(), integer(), minValue(from), maxValue(Number.MAX_SAFE_INTEGER));
}

/** An object with these keys and no others; of one that is misspelled it is said which is meant. */
export function exactly<const E extends ObjectEntries>(
  entries: E,
): StrictObjectSchema<E, (issue: StrictObjectIssue) => string> {
  return strictObject(entries, (issue) => {
    if (issue.path === undefined) return worded(issue);
    if (issue.expected !== 'never') return 'missing';
    const known = Object.keys(entries);
    const near = closestMatch(String(issue.path.at(-1)?.key), known, { maxDistance: 3 });
    return `there is no such key; ${near === undefined ? '' : `is '${near}' meant? `}known are ${known.join(', ')}`;
  });
}

/** A list without an entry that is there twice, told by what `keyOf` makes of each. */
export function distinct<T>(
  schema: GenericSchema<unknown, T>,
  keyOf: (entry: T) => unknown = (entry) => entry,
): GenericSchema<unknown, T[]> {
  const areDistinct = (list: T[]): boolean =>
    new Set(list.map((entry) => JSON.stringify(keyOf(entry)))).size === list.length;
  return pipe(array(schema), check(areDistinct, 'expected entries that differ, got one of them twice'));
}

/** What is wrong within a value, and where: the keys that lead there. */
export type Problem = readonly [place: readonly (string | number)[], message: string];

/** A schema, and what must go together in what it describes; that is asked where each part is right by itself. */
export function consistent<T>(
  schema: GenericSchema<unknown, T>,
  problemsOf: (value: T) => Iterable<Problem>,
): GenericSchema<unknown, T> {
  const together = rawCheck<T>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const [place, message] of problemsOf(dataset.value)) {
      const path = place.map((key) => ({
        type: 'unknown' as const,
        origin: 'value' as const,
        input: undefined,
        key,
        value: undefined,
      }));
      addIssue({ message, ...(path.length > 0 && { path: path as [(typeof path)[number], ...typeof path] }) });
    }
  });
  return pipe(schema, together);
}

/**
 * Takes what comes from outside for what a schema says.
 *
 * @param from What it came from, for the message: a file, an argument.
 * @returns The value itself, unchanged.
 * @throws Error that names each place where it is wrong, what was expected there and what it got
 * @example
 * validated(goldenFile, JSON.parse(read), 'mine.json'); // mine.json: cases[3].loss.k: expected >=0, got -1
 */
export function validated<const S extends GenericSchema>(schema: S, value: unknown, from: string): InferOutput<S> {
  const { issues, success } = safeParse(schema, value, { message: worded });
  if (success) return value as InferOutput<S>;
  const wrong = issues.slice(0, SHOWN).map((issue) => `${placeOf(issue)}${issue.message}`);
  const more = issues.length > SHOWN ? [`and ${issues.length - SHOWN} more`] : [];
  throw new Error(printableLine(`${from}: ${[...wrong, ...more].join('; ')}`));
}

/** So many mistakes are shown of all. */
const SHOWN = 5;

/** So many characters of what it got instead are shown. */
const LONGEST = 100;

function worded({ expected, received, type }: BaseIssue<unknown>): string {
  return `expected ${expected ?? type}, got ${received.length > LONGEST ? `${received.slice(0, LONGEST)}...` : received}`;
}

/** `cases[3].loss.k: `, or nothing where the whole is wrong. */
function placeOf({ path }: BaseIssue<unknown>): string {
  const steps = (path ?? []).map(({ key }) => {
    if (typeof key === 'number') return `[${key}]`;
    return /^[\w$]+$/.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(key)}]`;
  });
  return steps.length === 0 ? '' : `${shortened(steps.join('').replace(/^\./, ''), 300)}: `;
}
