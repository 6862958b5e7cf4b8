import { array, check, function_, optional, picklist, pipe, record, type GenericSchema } from 'valibot';
import { allCapabilities } from './capability.js';
import { ownFamilies, queryOf, type ConformanceCase, type Parameters } from './case.js';
import type { Check, Families } from './checks/check.js';
import { LONGEST_NAME } from './subject.js';
import { shortened } from './thrown.js';
import { exactly, text, validated } from './validate.js';

/** A part of a query, and of tables. */
const name = (what: string): GenericSchema<string> =>
  pipe(
    text,
    check(
      (key) => /^[a-z][\w-]*$/i.test(key) && key.length <= LONGEST_NAME,
      ({ received }) =>
        `expected a name of at most ${LONGEST_NAME} letters, digits, - and _, a letter first, for a ${what}, got ${shortened(received, LONGEST_NAME)}`,
    ),
  );

const checkSchema = exactly({
  states: text,
  about: optional(picklist(['heads', 'backend'])),
  needs: optional(array(picklist(allCapabilities))),
  cases: function_(),
  run: function_(),
});

const familiesSchema = record(
  pipe(
    name('family'),
    check(
      (key) => !ownFamilies.some((own) => own === key),
      ({ received }) =>
        `expected another name than those of the suite's own, ${ownFamilies.join(', ')}, got ${received}`,
    ),
  ),
  record(name('check'), checkSchema),
);

/**
 * Takes families of checks that a program or a module brings.
 *
 * @param from What they are, for the message.
 * @throws Error that names each place that is wrong, what was expected there and what it got
 */
export function checkFamilies(value: unknown, from: string = 'families'): Families {
  return validated(familiesSchema, value, from) as unknown as Families;
}

const LONGEST_VALUE = 1000;

/**
 * The parameters of the cases of a check, each fit for a name and for a report: without those that are undefined.
 *
 * @throws Error that names the check, what was expected and what it got, where they are not, or two cases have one name
 */
export function casesIn(
  { cases }: Check,
  ofCheck: Omit<ConformanceCase, 'parameters'>,
  ...given: globalThis.Parameters<Check['cases']>
): ConformanceCase[] {
  const queries = new Set<string>();
  return cases(...given).map((parameters) => {
    const entries = Object.entries(parameters).filter(([, value]) => value !== undefined);
    const testCase: ConformanceCase = { ...ofCheck, parameters: Object.fromEntries(entries) };
    const query = queryOf(testCase);
    const refuse = (expected: string): never => {
      throw new Error(
        `The cases of ${queryOf({ ...ofCheck, parameters: {} })}: ${expected}, got ${shortened(query, 300)}.`,
      );
    };
    if (entries.some(([, value]) => !isParameter(value)))
      refuse(`expected parameters that are finite numbers, booleans or text of at most ${LONGEST_VALUE} characters`);
    if (queries.size === queries.add(query).size) refuse('expected a name for each, twice the same');
    return testCase;
  });
}

function isParameter(value: Parameters[string]): boolean {
  return typeof value === 'string'
    ? value.length <= LONGEST_VALUE
    : typeof value === 'boolean' || Number.isFinite(value);
}
