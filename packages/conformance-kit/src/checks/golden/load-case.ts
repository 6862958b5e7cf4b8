import { train, type Optimizer, type Tensor } from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import { optimizerSettings, type OptimizerName } from '@tfjs-heads/reference';
import { partsOf, tensorsOf, type Batch, type PerHead } from '../../batch.js';
import type { Parameters } from '../../case.js';
import type { StringValues } from '@tfjs-heads/head-api';
import type { GoldenCase, GoldenPrediction, GoldenTraining, GoldenValues } from '../../goldens/format.js';
import { batchIn } from '../../goldens/inputs.js';
import type { Judge } from '../../judge.js';
import type { CheckContext } from '../check.js';

/** Finds what a case is about by its parameters. */
export function goldenOf<T extends { readonly parameters: Parameters }>(
  list: readonly T[] | undefined,
  parameters: Parameters,
): T {
  const key = JSON.stringify(parameters);
  const found = list?.find((entry) => JSON.stringify(entry.parameters) === key);
  if (found === undefined) throw new Error(`The goldens have no entry ${key}.`);
  return found;
}

/** One batch of the goldens, with the head that it is for. */
export function loadCase({ subject, goldens }: CheckContext, parameters: Parameters): LoadedCase {
  const golden = goldenOf(goldens?.cases, parameters);
  const batch = batchIn(golden);
  return { golden, head: subject.create(golden.options), batch, tensors: tensorsOf(batch) };
}

interface LoadedCase {
  readonly golden: GoldenCase;
  readonly head: Head;
  readonly batch: Batch;
  readonly tensors: ReturnType<typeof tensorsOf>;
}

/** Numbers hold the golden values, at the indices that these are given for. */
export function near(
  judge: Judge,
  what: string,
  actual: ArrayLike<number>,
  { values, at, scale, k }: GoldenValues,
): void {
  judge.near(what, shown(actual, at), values.map(Number), { k, scale });
}

function shown<T>(values: ArrayLike<T>, at: readonly number[] | undefined): ArrayLike<T> {
  return at === undefined ? values : at.map((i) => values[i] as T);
}

/** A float32 scalar is the golden one. */
export async function lossNear(judge: Judge, what: string, actual: Tensor, expected: GoldenValues): Promise<void> {
  judge.equal(`the shape of ${what}`, actual.shape, []);
  judge.equal(`the dtype of ${what}`, actual.dtype, 'float32');
  near(judge, what, await actual.data(), expected);
}

/** The gradient of each logit is the golden one, in float32 and in the shape of the logits. */
export async function gradientNear(
  judge: Judge,
  actual: PerHead<Tensor>,
  { gradient, logits }: GoldenCase,
): Promise<void> {
  const shapes = new Map(partsOf(logits).map(([name, { shape }]) => [name, shape]));
  for (const [name, part] of partsOf(actual)) {
    const what = name === '' ? 'the gradient' : `the gradient by the logits of ${name}`;
    judge.equal(`the shape of ${what}`, part.shape, shapes.get(name));
    judge.equal(`the dtype of ${what}`, part.dtype, 'float32');
    near(
      judge,
      what,
      await part.data(),
      name === ''
        ? (gradient as GoldenValues)
        : ((gradient as Readonly<Record<string, GoldenValues>>)[name] as GoldenValues),
    );
  }
}

/** A prediction is the golden one in shape, dtype and values: floats near it, anything else the same. */
export async function predictionNear(
  judge: Judge,
  what: string,
  actual: Tensor | StringValues | undefined,
  expected: GoldenPrediction,
): Promise<void> {
  judge.equal(`the shape of ${what}`, actual?.shape, expected.shape);
  judge.equal(`the dtype of ${what}`, actual?.dtype, expected.dtype);
  const values = (await actual?.data()) ?? [];
  if (expected.dtype === 'float32') near(judge, what, values as ArrayLike<number>, expected);
  else if (expected.dtype === 'string')
    judge.equal(what, Array.from(shown(values as ArrayLike<string>, expected.at)), expected.values);
  else judge.same(what, shown(values as ArrayLike<number>, expected.at), expected.values);
}

/** Makes the optimizer of a golden, with every setting given. */
export function optimizerOf({ name, settings }: GoldenTraining['optimizer']): Optimizer {
  const make = train[name as 'sgd'] as (...given: unknown[]) => Optimizer;
  return make(...optimizerSettings[name as OptimizerName].map((setting) => settings[setting]));
}
