import { train, type Optimizer, type Tensor } from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import { optimizerSettings, type OptimizerName } from '@tfjs-heads/reference';
import { mapped, tensorsOf, type BatchTensors } from '../../batch.js';
import type { Parameters } from '../../case.js';
import type { GoldenBatch, GoldenCase, GoldenTraining, GoldenValues } from '../../goldens/format.js';
import { inputOf, numbersOf } from '../../goldens/load.js';
import type { Judge } from '../../judge.js';
import type { NamedSubject } from '../../subject.js';
import type { CheckContext } from '../check.js';

/** Finds what a case is about by its parameters. */
export function goldenOf<T extends { readonly parameters: Parameters }>(
  list: readonly T[] | undefined,
  parameters: Parameters,
): T {
  const key = JSON.stringify(parameters);
  const found = list?.find((one) => JSON.stringify(one.parameters) === key);
  if (found === undefined) throw new Error(`The goldens have no entry ${key}.`);
  return found;
}

/** One batch of the goldens, uploaded, with the head that it is for. */
export function loadCase({ subject, goldens }: CheckContext, parameters: Parameters): LoadedCase {
  const golden = goldenOf(goldens?.cases, parameters);
  return { golden, head: subject.create(golden.options), tensors: tensorsOfGolden(subject, golden) };
}

interface LoadedCase {
  readonly golden: GoldenCase;
  readonly head: Head;
  readonly tensors: BatchTensors;
}

/** The tensors of a golden batch. */
export function tensorsOfGolden(
  subject: NamedSubject,
  { logits, labels, weights, features }: GoldenBatch,
): BatchTensors {
  return tensorsOf(subject, {
    logits: inputOf(logits),
    labels: inputOf(labels),
    ...(weights && { weights: inputOf(weights) }),
    ...(features && { features: mapped(features, inputOf) }),
  });
}

/** Numbers hold the golden values, at the indices that these are given for. */
export function near(
  judge: Judge,
  what: string,
  actual: ArrayLike<number>,
  { values, at, scale, k }: GoldenValues,
): void {
  const shown = at === undefined ? actual : at.map((i) => actual[i] as number);
  judge.near(what, shown, numbersOf(values), { k, scale });
}

/** A float32 tensor of a shape holds the golden values. */
export async function tensorNear(
  judge: Judge,
  what: string,
  actual: Tensor,
  shape: readonly number[],
  expected: GoldenValues,
): Promise<void> {
  judge.equal(`the shape of ${what}`, actual.shape, shape);
  judge.equal(`the dtype of ${what}`, actual.dtype, 'float32');
  near(judge, what, await actual.data(), expected);
}

/** Makes the optimizer of a golden, with every setting given. */
export function optimizerOf({ name, settings }: GoldenTraining['optimizer']): Optimizer {
  const make = train[name as 'sgd'] as (...given: unknown[]) => Optimizer;
  return make(...optimizerSettings[name as OptimizerName].map((setting) => settings[setting]));
}
