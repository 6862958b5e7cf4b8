import { mean, scalar, squaredDifference, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { Head, Labels, Logits, Metrics, Predictions, Reduction } from '@tfjs-heads/head-api';
import { describe, expectTypeOf, it } from 'vitest';

const tenLines = {
  apiVersion: 1,
  name: undefined,
  logitsDimension: 1,
  lossReduction: 'sum',
  loss: (labels: Labels, logits: Logits) => mean(squaredDifference(labels as Tensor, logits as Tensor)) as Scalar,
  predictions: (logits: Logits): Predictions => ({ predictions: (logits as Tensor).clone() }),
  metrics: (): Metrics => ({}),
  updateMetrics: (evalMetrics) => evalMetrics,
  createEstimatorSpec: () => ({ ...hooks, mode: 'eval', loss: scalar(0), evalMetricOps: {} }),
} satisfies Head;

const hooks = {
  predictions: {},
  trainingChiefHooks: [],
  trainingHooks: [],
  evaluationHooks: [],
  predictionHooks: [],
  dispose: () => undefined,
};

type TenLines = typeof tenLines;
/** Heads written to types of their own, in the ways that there are. */
type Given = { readonly a: Tensor; readonly b?: Tensor };
const typed: Head<Tensor, Tensor, Given> = {
  ...tenLines,
  loss: (labels, logits) => mean(squaredDifference(labels, logits)),
  predictions: (logits): Given => ({ a: logits.clone() }),
  updateMetrics: (evalMetrics, _features, logits, labels) => [evalMetrics, logits.shape, labels.shape][0] as Metrics,
  createEstimatorSpec: ({ logits }) => ({
    ...tenLines.createEstimatorSpec(),
    predictions: { a: typeof logits === 'function' ? logits() : logits },
  }),
};
const byKeys: Head = {
  ...tenLines,
  loss: (labels: Tensor, logits: Tensor) => mean(squaredDifference(labels, logits)),
  predictions: (logits: Tensor, keys?: readonly ('a' | 'b')[]) => ({ a: keys === undefined ? logits : logits.clone() }),
};
const inferred: Head = {
  ...tenLines,
  predictions: (logits, keys = []) => ({ [keys[0] ?? 'a']: (logits as Tensor).clone() }),
};

/** The same head with some members of other types. */
type With<Members> = Omit<TenLines, keyof Members> & Members;

describe('line 7: a head of ten lines', () => {
  it('is a head, without a base class', () => {
    expectTypeOf<TenLines>().toExtend<Head>();
    expectTypeOf<With<{ readonly more: string }>>().toExtend<Head>();
  });

  it('is one when it is written to types of its own, or to types of its functions alone', () => {
    expectTypeOf([typed, byKeys, inferred]).toExtend<Head[]>();
    expectTypeOf(typed.predictions(scalar(1)).a).toEqualTypeOf<Tensor>();
  });

  it('is none without one of its members', () => {
    expectTypeOf<Omit<TenLines, 'apiVersion'>>().not.toExtend<Head>();
    expectTypeOf<Omit<TenLines, 'name'>>().not.toExtend<Head>();
    expectTypeOf<Omit<TenLines, 'logitsDimension'>>().not.toExtend<Head>();
    expectTypeOf<Omit<TenLines, 'lossReduction'>>().not.toExtend<Head>();
    expectTypeOf<Omit<TenLines, 'loss'>>().not.toExtend<Head>();
    expectTypeOf<Omit<TenLines, 'predictions'>>().not.toExtend<Head>();
    expectTypeOf<Omit<TenLines, 'metrics'>>().not.toExtend<Head>();
    expectTypeOf<Omit<TenLines, 'updateMetrics'>>().not.toExtend<Head>();
    expectTypeOf<Omit<TenLines, 'createEstimatorSpec'>>().not.toExtend<Head>();
  });

  it('is none for another version of the contract', () => {
    expectTypeOf<With<{ apiVersion: 2 }>>().not.toExtend<Head>();
    expectTypeOf<With<{ apiVersion: '1' }>>().not.toExtend<Head>();
    expectTypeOf<With<{ apiVersion: number }>>().not.toExtend<Head>();
  });

  it('is none with a number for a tensor', () => {
    expectTypeOf<With<{ loss: () => number }>>().not.toExtend<Head>();
    expectTypeOf<With<{ loss: () => Promise<Scalar> }>>().not.toExtend<Head>();
    expectTypeOf<With<{ predictions: () => { predictions: number } }>>().not.toExtend<Head>();
    expectTypeOf<With<{ metrics: () => { loss: number } }>>().not.toExtend<Head>();
  });

  it('is none with a spec of a wrong mode, or with members of wrong types', () => {
    expectTypeOf<With<{ createEstimatorSpec: () => { mode: 'predict' } }>>().not.toExtend<Head>();
    expectTypeOf<
      With<{ createEstimatorSpec: () => Omit<ReturnType<TenLines['createEstimatorSpec']>, 'loss'> }>
    >().not.toExtend<Head>();
    expectTypeOf<With<{ lossReduction: 'mean' }>>().not.toExtend<Head>();
    expectTypeOf<With<{ logitsDimension: string }>>().not.toExtend<Head>();
    expectTypeOf<With<{ name: null }>>().not.toExtend<Head>();
    expectTypeOf<With<{ loss: (labels: string, logits: Tensor) => Scalar }>>().not.toExtend<Head>();
  });
});

describe('reductions', () => {
  it('are four strings', () => {
    expectTypeOf<Head['lossReduction']>().toEqualTypeOf<Reduction>();
    expectTypeOf<Reduction>().toEqualTypeOf<'auto' | 'none' | 'sum' | 'sum_over_batch_size'>();
  });
});
