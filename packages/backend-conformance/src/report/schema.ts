import * as v from 'valibot';
import {
  allCapabilities,
  type CaseResult,
  type ConformanceCase,
  exactly,
  jsonNumberSchema,
  LONGEST_NAME,
  printableLine,
  statuses,
} from '@tfjs-heads/conformance-kit/host';
import { type BackendRun, type ConformanceReport, FORMAT } from './format.js';
import type { BackendRecord } from '@tfjs-heads/conformance-kit';

/** A report of more results would fit no memory. */
export const MOST_RESULTS = 2_000_000;

const text = (longest: number): v.GenericSchema<string> => v.pipe(v.string(), v.maxLength(longest));
const SEEMING = ['__proto__', 'constructor', 'prototype'];

/** valibot passes over keys that every object seems to have, whatever is in them. */
const named = <T>(value: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, Record<string, T>> => {
  const isPlain = (input: unknown): boolean =>
    typeof input === 'object' &&
    input !== null &&
    !Array.isArray(input) &&
    !SEEMING.some((key) => Object.hasOwn(input, key));
  return v.pipe(
    v.custom<Record<string, unknown>>(isPlain, `expected an object without the keys ${SEEMING.join(', ')}`),
    v.record(text(LONGEST_NAME), value),
  );
};
const name = v.pipe(
  v.string(),
  v.nonEmpty(),
  v.maxLength(LONGEST_NAME),
  v.check((value) => printableLine(value) === value, 'expected a name without control characters'),
);
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(MOST_RESULTS));
const milliseconds = v.pipe(v.number(), v.finite(), v.minValue(0));
const date = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.check((value) => !Number.isNaN(Date.parse(value)), 'expected a date that there is'),
);
const address = v.pipe(text(2000), v.url());
const digest = v.pipe(v.string(), v.regex(/^[\da-f]{32}$/));
const reason = text(20_000);

const caseEntries = {
  subject: name,
  // Other packages bring families of theirs.
  family: v.pipe(v.string(), v.regex(/^[\w-]{1,100}$/, 'expected the name of a family of checks')),
  check: name,
  parameters: named(v.union([text(1000), v.pipe(v.number(), v.finite()), v.boolean()])),
};

/** A case without a result. */
export const caseSchema: v.GenericSchema<unknown, ConformanceCase> = exactly(caseEntries);

const lineNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** One result. */
export const resultSchema: v.GenericSchema<unknown, CaseResult> = exactly({
  ...caseEntries,
  query: text(10_000),
  status: v.picklist(statuses),
  message: v.exactOptional(reason),
  place: v.exactOptional(exactly({ file: text(4000), line: lineNumber, column: lineNumber })),
  states: v.exactOptional(reason),
  expected: v.exactOptional(exactly({ reason, upstream: v.nullable(address) })),
  closest: v.exactOptional(
    exactly({
      what: text(1000),
      index: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
      actual: jsonNumberSchema,
      expected: jsonNumberSchema,
      used: v.union([v.pipe(v.number(), v.finite(), v.minValue(0)), v.picklist(['NaN', 'Infinity'])]),
    }),
  ),
  milliseconds,
});

/** What a backend is. */
export const recordSchema: v.GenericSchema<unknown, BackendRecord> = exactly({
  name: text(LONGEST_NAME),
  environment: v.picklist(['node', 'browser']),
  unit: v.pipe(v.number(), v.finite(), v.gtValue(0)),
  capabilities: v.array(v.picklist(allCapabilities)),
  versions: named(text(LONGEST_NAME)),
  reportedFloatPrecision: v.number(),
  epsilon: v.number(),
  runsOn: text(20_000),
  repairs: v.array(
    exactly({
      repair: text(LONGEST_NAME),
      issue: v.optional(address),
      outcome: v.picklist(['applied', 'not needed', 'impossible']),
      detail: reason,
    }),
  ),
}) as unknown as v.GenericSchema<unknown, BackendRecord>;

const shard = v.pipe(
  exactly({ index: v.pipe(count, v.minValue(1)), count: v.pipe(count, v.minValue(1)) }),
  v.check(({ index, count: of }) => index <= of, 'expected an index up to the count'),
);

/** A report whose results were taken out of it, to be looked at one by one. */
export interface Outline extends Omit<ConformanceReport, 'runs'> {
  readonly runs: readonly (Omit<BackendRun, 'cases'> & { readonly cases: readonly [] })[];
}

export const outlineSchema: v.GenericSchema<unknown, Outline> = exactly({
  format: v.literal(FORMAT),
  suite: name,
  created: date,
  milliseconds,
  selection: exactly({
    filters: v.array(text(1_000_000)),
    repair: v.boolean(),
    subjects: v.array(name),
    project: v.nullable(text(1000)),
    total: count,
    names: digest,
  }),
  parts: v.pipe(
    v.array(
      exactly({
        created: date,
        milliseconds,
        shard: v.optional(shard),
        asked: count,
        targets: v.array(
          exactly({
            target: name,
            expectations: digest,
            results: count,
            unavailable: v.exactOptional(reason),
            stopped: v.exactOptional(reason),
          }),
        ),
      }),
    ),
    v.minLength(1),
  ),
  problems: v.array(reason),
  runs: v.array(
    exactly({
      target: name,
      unavailable: v.exactOptional(reason),
      engine: v.exactOptional(exactly({ name: text(LONGEST_NAME), version: text(LONGEST_NAME) })),
      record: v.exactOptional(recordSchema),
      milliseconds,
      cases: v.strictTuple([]),
    }),
  ),
});
