import { drawKinds, optimizerSettings } from '@tfjs-heads/reference';
import {
  array,
  boolean,
  check,
  exactOptional,
  finite,
  integer,
  lazy,
  literal,
  looseObject,
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
import type { PerHead } from '../batch.js';
import { readJson, type Address } from '../json.js';
import { printableLine } from '../printable.js';
import { shortened } from '../thrown.js';
import { consistent, distinct, exactly, jsonNumberSchema, text, validated, wholeNumber } from '../validate.js';
import {
  problemsOfCase,
  problemsOfEvaluation,
  problemsOfFile,
  problemsOfTensor,
  problemsOfTraining,
} from './consistency.js';
import {
  GOLDEN_FORMAT,
  type GoldenCase,
  type GoldenEvaluation,
  type GoldenFile,
  type GoldenLabels,
  type GoldenPrediction,
  type GoldenTensor,
  type GoldenTraining,
  type GoldenValues,
} from './format.js';

/**
 * Reads a file of goldens, in Node or in a page.
 *
 * @throws Error that names the file, and each place in it that is wrong; with the code GOLDENS_FORMAT where it is of another format
 */
export async function loadGoldens(url: Address): Promise<GoldenFile> {
  const file = await readJson(url);
  const { format } = Object(file) as { readonly format?: unknown };
  if (format !== undefined && format !== GOLDEN_FORMAT) {
    const got = printableLine(shortened(JSON.stringify(format), 100));
    const message = `${url.href}: expected goldens of the format ${GOLDEN_FORMAT}, got ${got}. Write them again: GoldenFile of @tfjs-heads/conformance-kit says how.`;
    throw Object.assign(new Error(message), { code: 'GOLDENS_FORMAT' });
  }
  return validated(goldenFile, file, url.href);
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

const options = record(string(), union([string(), number(), boolean(), array(string()), array(number())]));

const inFloat32 = check<GoldenNumber, string>(
  (value) => Object.is(Math.fround(Number(value)), Number(value)),
  'expected a number that float32 has exactly',
);

type GoldenNumber = NonNullable<GoldenTensor['values']>[number];

const shape = array(wholeNumber(1));

const numbers = {
  shape,
  values: exactOptional(array(pipe(jsonNumberSchema, inFloat32))),
  draw: exactOptional(
    exactly({ seed: wholeNumber(0), kind: picklist(drawKinds), classes: exactOptional(wholeNumber(2)) }),
  ),
  dtype: exactOptional(picklist(['float32', 'int32', 'bool'])),
};

const tensor: GenericSchema<unknown, GoldenTensor> = consistent(exactly(numbers), problemsOfTensor);

const indices = exactOptional(array(array(wholeNumber(0))));

const labelNumbers: GenericSchema<unknown, GoldenLabels> = consistent(
  exactly({ ...numbers, indices }),
  problemsOfTensor,
);

const labelWords: GenericSchema<unknown, GoldenLabels> = consistent(
  exactly({ shape, indices, values: array(string()), dtype: literal('string') }),
  problemsOfTensor,
);

const labels: GenericSchema<unknown, GoldenLabels> = lazy((given) =>
  dtypeIn(given) === 'string' ? labelWords : labelNumbers,
);

const magnitude = pipe(number(), finite(), minValue(0));

const at = exactOptional(array(wholeNumber(0)));

const floats = {
  values: array(jsonNumberSchema),
  scale: union([magnitude, array(magnitude)]),
  at,
  k: pipe(magnitude, maxValue(LARGEST_K)),
};

const goldenValues: GenericSchema<unknown, GoldenValues> = exactly(floats);

const int32 = pipe(number(), integer(), minValue(-(2 ** 31)), maxValue(2 ** 31 - 1));

const floatPrediction = exactly({ shape, dtype: literal('float32'), ...floats });
const wordPrediction = exactly({ shape, dtype: literal('string'), values: array(string()), at });
const idPrediction = exactly({ shape, dtype: literal('int32'), values: array(int32), at });
const truthPrediction = exactly({ shape, dtype: literal('bool'), values: array(picklist([0, 1])), at });
const unknownPrediction = looseObject({ dtype: picklist(['float32', 'int32', 'bool', 'string']) });

const predictionsByDtype: Readonly<Record<string, unknown>> = {
  float32: floatPrediction,
  string: wordPrediction,
  int32: idPrediction,
  bool: truthPrediction,
};

const prediction: GenericSchema<unknown, GoldenPrediction> = lazy(
  (given) =>
    (predictionsByDtype[String(dtypeIn(given))] ?? unknownPrediction) as GenericSchema<unknown, GoldenPrediction>,
);

function dtypeIn(given: unknown): unknown {
  return (Object(given) as { readonly dtype?: unknown }).dtype;
}

/** One, or a map of objects none of which is a part of one. */
function perHead<T>(schema: GenericSchema<unknown, T>): GenericSchema<unknown, PerHead<T>> {
  const map: GenericSchema<unknown, Readonly<Record<string, T>>> = record(text, schema);
  const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
  return lazy((given): GenericSchema<unknown, PerHead<T>> => {
    const parts = isObject(given) ? Object.entries(given as object) : [];
    return parts.length > 0 && parts.every(([key, part]) => key !== 'draw' && isObject(part)) ? map : schema;
  });
}

const batch = {
  logits: perHead(tensor),
  labels: perHead(labels),
  weights: exactOptional(tensor),
  features: exactOptional(record(text, tensor)),
};

const goldenCase: GenericSchema<unknown, GoldenCase> = consistent(
  exactly({
    parameters,
    options,
    ...batch,
    loss: goldenValues,
    gradient: perHead(goldenValues),
    predictions: record(text, prediction),
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

const { logits: _, ...others } = batch;

const training: GenericSchema<unknown, GoldenTraining> = consistent(
  exactly({
    parameters,
    options,
    optimizer: exactly({
      name: picklist(Object.keys(optimizerSettings)),
      settings: record(string(), union([pipe(number(), finite()), boolean()])),
    }),
    steps: wholeNumber(1),
    inputs: tensor,
    ...others,
    heads: exactOptional(record(text, wholeNumber(1))),
    start: array(tensor),
    losses: goldenValues,
    end: array(goldenValues),
  }),
  problemsOfTraining,
);

/** All that a file of goldens must be. */
const goldenFile: GenericSchema<unknown, GoldenFile> = consistent(
  exactly({
    format: literal(GOLDEN_FORMAT),
    head: text,
    heads: exactOptional(array(exactly({ head: text, options }))),
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
