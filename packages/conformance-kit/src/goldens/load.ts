import type { JsonNumber } from '@tfjs-heads/head-api';
import { drawValues, optimizerSettings, type Values } from '@tfjs-heads/reference';
import {
  array,
  boolean,
  check,
  exactOptional,
  finite,
  literal,
  maxValue,
  minLength,
  minValue,
  number,
  picklist,
  pipe,
  record,
  regex,
  string,
  union,
  type GenericSchema,
} from 'valibot';
import { readJson, type Address } from '../json.js';
import { consistent, distinct, exactly, jsonNumberSchema, text, validated, wholeNumber } from '../validate.js';
import {
  problemsOfCase,
  problemsOfEvaluation,
  problemsOfFile,
  problemsOfTensor,
  problemsOfTraining,
} from './consistency.js';
import type { GoldenCase, GoldenEvaluation, GoldenFile, GoldenTensor, GoldenTraining, GoldenValues } from './format.js';

/**
 * Reads a file of goldens, in Node or in a page.
 *
 * @throws Error that names the file, and each place in it that is wrong
 */
export async function loadGoldens(url: Address): Promise<GoldenFile> {
  return validated(goldenFile, await readJson(url), url.href);
}

/** A share of 6 % of the value: what allows more compares nothing. */
const LARGEST_K = 2 ** 20;

/** They stand in queries, where some characters mean something. */
const parameters = record(
  pipe(string(), regex(/^[\w-]+$/, 'expected a key of letters, digits, - and _')),
  union([
    pipe(string(), regex(/^[^,:*=\s]+$/, 'expected text without , : * = and spaces')),
    pipe(number(), finite()),
    boolean(),
  ]),
);

const options = record(string(), union([string(), number(), boolean()]));

const inFloat32 = check<GoldenNumber, string>(
  (value) => Object.is(Math.fround(Number(value)), Number(value)),
  'expected a number that float32 has exactly',
);

type GoldenNumber = NonNullable<GoldenTensor['values']>[number];

const tensor: GenericSchema<unknown, GoldenTensor> = consistent(
  exactly({
    shape: array(wholeNumber(1)),
    values: exactOptional(array(pipe(jsonNumberSchema, inFloat32))),
    draw: exactOptional(
      exactly({ seed: wholeNumber(0), kind: picklist(['logits', 'weights', 'real', 'count', 'probability']) }),
    ),
    dtype: exactOptional(picklist(['float32', 'int32'])),
  }),
  problemsOfTensor,
);

const magnitude = pipe(number(), finite(), minValue(0));

const goldenValues: GenericSchema<unknown, GoldenValues> = exactly({
  values: array(jsonNumberSchema),
  scale: union([magnitude, array(magnitude)]),
  at: exactOptional(array(wholeNumber(0))),
  k: pipe(magnitude, maxValue(LARGEST_K)),
});

const batch = {
  logits: tensor,
  labels: tensor,
  weights: exactOptional(tensor),
  features: exactOptional(record(text, tensor)),
};

const goldenCase: GenericSchema<unknown, GoldenCase> = consistent(
  exactly({
    parameters,
    options,
    ...batch,
    loss: goldenValues,
    gradient: goldenValues,
    predictions: record(text, goldenValues),
    metrics: record(text, goldenValues),
  }),
  problemsOfCase,
);

const evaluation: GenericSchema<unknown, GoldenEvaluation> = consistent(
  exactly({
    parameters,
    options,
    batches: pipe(array(exactly(batch)), minLength(1)),
    metrics: record(text, goldenValues),
  }),
  problemsOfEvaluation,
);

const { logits: inputs, ...others } = batch;

const training: GenericSchema<unknown, GoldenTraining> = consistent(
  exactly({
    parameters,
    options,
    optimizer: exactly({
      name: picklist(Object.keys(optimizerSettings)),
      settings: record(string(), union([pipe(number(), finite()), boolean()])),
    }),
    steps: wholeNumber(1),
    inputs,
    ...others,
    start: array(tensor),
    losses: goldenValues,
    end: array(goldenValues),
  }),
  problemsOfTraining,
);

/** All that a file of goldens must be. */
const goldenFile: GenericSchema<unknown, GoldenFile> = consistent(
  exactly({
    format: literal('tfjs-heads-goldens/1'),
    head: text,
    provenance: record(string(), string()),
    exports: exactOptional(
      record(
        text,
        exactly({ kind: picklist(['regression', 'classification', 'predict']), outputs: record(text, text) }),
      ),
    ),
    cases: distinct(goldenCase, ({ parameters: of }) => of),
    evaluations: distinct(evaluation, ({ parameters: of }) => of),
    trainings: distinct(training, ({ parameters: of }) => of),
  }),
  problemsOfFile,
);

/** The numbers to put in, drawn where they are not written out. */
export function inputOf({ shape, values, draw, dtype }: GoldenTensor): Values {
  const given = draw === undefined ? numbersOf(values ?? []) : drawValues(draw.seed, shape, draw.kind);
  return { shape, values: given, ...(dtype && { dtype }) };
}

/** Numbers as JSON has them, infinities included. */
export function numbersOf(values: readonly JsonNumber[]): number[] {
  return values.map(Number);
}
