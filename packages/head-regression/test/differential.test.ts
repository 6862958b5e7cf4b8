// Random cases of each head against the formulas of the reference, in doubles: shapes, dtypes, layouts of weights, options. A
// failure tells the seed of its case: VITE_SEED=<seed> runs that one alone.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import type { Head, Reduction } from '@tfjs-heads/head-api';
import { numericColumn } from '@tfjs-heads/head-kit';
import {
  LogisticRegressionHead,
  PoissonRegressionHead,
  RegressionHead,
  type RegressionHeadOptions,
} from '@tfjs-heads/head-regression';
import {
  drawValues,
  type Formula,
  fullLogPoisson,
  logPoisson,
  random,
  regressionMetrics,
  sigmoidCrossEntropy,
  sizeOf,
  squaredError,
  trainingLoss,
  type Values,
} from '@tfjs-heads/reference';
import { describe, it } from 'vitest';
import { expect } from '@tfjs-heads/conformance-kit/matchers';
import { results } from './support/metrics.js';
import { releaseTensors } from './support/release.js';

releaseTensors();

interface HeadCase {
  readonly formula: Formula;
  readonly labels: 'real' | 'count' | 'probability';
  readonly dimensions: readonly number[];
  /** Numbers at the ends of what logits and labels may be. */
  readonly ends: { readonly logits: readonly number[]; readonly labels: readonly number[] };
  create(options: RegressionHeadOptions): Head;
}

const exponents = [0, -1e-8, 1e-30, 20, -20, 80, -80];
const regression: HeadCase = {
  formula: squaredError,
  labels: 'real',
  dimensions: [1, 1, 2, 3],
  ends: { logits: [0, 1e-15, -1e15, 1e10, 3], labels: [0, 1e-15, -1e15, 1e10] },
  create: (options) => new RegressionHead(options),
};
const poisson: HeadCase = {
  ...regression,
  formula: fullLogPoisson,
  labels: 'count',
  ends: { logits: exponents, labels: [0, 0.5, 1, 1.0000001, 7, 1e3, 1e5, 1e6] },
  create: (options) => new PoissonRegressionHead(options),
};

const heads: Readonly<Record<string, HeadCase>> = {
  RegressionHead: regression,
  'RegressionHead with a loss and a link of its own': {
    ...regression,
    formula: {
      ...squaredError,
      loss: (x, z) => ({ value: squaredError.loss(x, z).value / 2, scale: 0 }),
      derivative: (x, z) => ({ value: squaredError.derivative(x, z).value / 2, scale: 0 }),
      predict: (x) => ({ value: 2 * x, scale: 0 }),
    },
    create: (options) => {
      const lossFn = (args: { labels: tf.Tensor; logits: tf.Tensor }): tf.Tensor =>
        tf.mul(tf.squaredDifference(args.logits, args.labels), 0.5);
      return new RegressionHead({ ...options, lossFn, inverseLinkFn: (x) => tf.mul(x, 2) });
    },
  },
  PoissonRegressionHead: poisson,
  'PoissonRegressionHead without the full loss': {
    ...poisson,
    formula: logPoisson,
    create: (options) => new PoissonRegressionHead({ ...options, computeFullLoss: false }),
  },
  LogisticRegressionHead: {
    formula: sigmoidCrossEntropy,
    labels: 'probability',
    dimensions: [1],
    ends: { logits: exponents, labels: [0, 1, 1e-20, 1 - 2 ** -24, 0.999] },
    create: ({ weightColumn, lossReduction, name }) =>
      new LogisticRegressionHead({ weightColumn, lossReduction, name }),
  },
};

interface DrawnBatch {
  readonly logits: Values;
  readonly labels: Values;
  /** Before the column's normalizer, which doubles them. */
  readonly weights: Values | undefined;
}

/** What a seed makes of a head. */
function drawCase(
  { dimensions, labels: kind, ends }: HeadCase,
  seed: number,
): { options: RegressionHeadOptions; isDoubled: boolean; batches: DrawnBatch[] } {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const k = pick(dimensions);
  const [areEnds, isWeighted, isDoubled] = [next() < 0.15, next() < 0.75, next() < 0.2];
  // One kind for all batches: the sum of 1, -1 and 1e-30 would depend on the order.
  const weightKind = pick(['usual', 'usual', 'usual', 'negative', 'tiny', 'zero'] as const);
  const ofDtype = (
    shape: readonly number[],
    values: readonly number[],
    dtype: 'float32' | 'int32' | 'bool',
  ): Values => ({
    shape,
    dtype,
    values: values.map((value) =>
      dtype === 'float32'
        ? Math.fround(value)
        : dtype === 'int32'
          ? Math.max(-(2 ** 24), Math.min(Math.round(value), 2 ** 24))
          : Number(value > 0.5),
    ),
  });
  const drawBatch = (): DrawnBatch => {
    const rows =
      next() < 0.003 ? pick([[2049], [3, 1367]]) : pick([[1], [2], [3], [5], [2, 1], [2, 3], [1, 2, 2], [3, 1, 1]]);
    const shape = [...rows, k];
    const draw = (of: 'logits' | 'labels'): number[] =>
      areEnds
        ? Array.from({ length: sizeOf(shape) }, () => pick(ends[of]))
        : drawValues(Math.floor(next() * 2 ** 30), shape, of === 'logits' ? 'logits' : kind);
    const weightShape = pick([rows, [...rows, 1], shape]);
    const weights = drawValues(Math.floor(next() * 2 ** 30), weightShape, 'weights').map(
      (weight) => ({ usual: weight, negative: Math.round(weight) - 1, tiny: weight * 1e-30, zero: 0 })[weightKind],
    );
    return {
      logits: ofDtype(shape, draw('logits'), areEnds ? 'float32' : pick(['float32', 'float32', 'int32'])),
      labels: ofDtype(
        k === 1 && next() < 0.4 ? rows : shape,
        draw('labels'),
        pick(['float32', 'float32', 'int32', 'bool']),
      ),
      weights: isWeighted ? ofDtype(weightShape, weights, pick(['float32', 'float32', 'int32', 'bool'])) : undefined,
    };
  };
  const weightColumn = isDoubled
    ? numericColumn('w', { normalizerFn: (w) => tf.mul(w, 2) })
    : pick(['w', numericColumn('w')]);
  const options = {
    labelDimension: k,
    lossReduction: pick<Reduction>(['sum', 'sum_over_batch_size', 'auto']),
    name: pick(['', 'head']),
  };
  return {
    options: { ...options, ...(isWeighted && { weightColumn }) },
    isDoubled,
    batches: Array.from({ length: pick([1, 2, 3]) }, drawBatch),
  };
}

const tensorOf = ({ values, shape, dtype }: Values): tf.Tensor =>
  tf.tensor([...values], [...shape], dtype as 'float32');

async function expectRight(one: HeadCase, seed: number): Promise<void> {
  const { options, isDoubled, batches } = drawCase(one, seed);
  const told = `VITE_SEED=${seed}: ${JSON.stringify({ options, batches })}`;
  const head = one.create(options);
  const expected = batches.map(({ logits, labels, weights }) => ({
    logits: logits.values,
    labels: labels.values,
    weights: weights?.values.map((weight) => (isDoubled ? 2 : 1) * weight),
  }));
  const [whole, merged] = [head.metrics(), head.metrics()];
  for (const [i, batch] of batches.entries()) {
    const [logits, labels] = [tensorOf(batch.logits), tensorOf(batch.labels)];
    const features = batch.weights ? { w: tensorOf(batch.weights) } : {};
    const { loss, gradient } = trainingLoss(
      one.formula,
      expected[i] as (typeof expected)[0],
      options.lossReduction as 'sum',
    );
    expect(await head.loss(labels, logits, { features }).data(), told).toBeNear([loss]);
    if (logits.dtype === 'float32') {
      const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => head.loss(labels, x, { features }))(logits);
      expect(await value.data(), told).toBeNear([loss]);
      expect(await grad.data(), told).toBeNear(gradient);
    }
    const { predictions } = head.predictions(logits);
    expect(await predictions?.data(), told).toBeNear(batch.logits.values.map(one.formula.predict));
    head.updateMetrics(whole, features, logits, labels);
    const part = head.updateMetrics(head.metrics(), features, logits, labels);
    for (const [key, metric] of Object.entries(part))
      merged[key]?.merge(JSON.parse(JSON.stringify(await metric.state())));
  }
  const means = Object.values(regressionMetrics(one.formula, expected));
  for (const metrics of [whole, merged]) expect(Object.values(await results(metrics)), told).toBeNear(means);
}

/** All seeds on cpu; elsewhere, where the same kernels or those of a GPU in software take longer, a sample. */
const count = { cpu: 500, wasm: 100, tensorflow: 100 }[tf.getBackend()] ?? 15;
const alone = (import.meta as { readonly env?: Readonly<Record<string, string>> }).env?.VITE_SEED;

describe.each(Object.entries(heads))('%s', (_, one) => {
  it('computes what the formulas say', async () => {
    const seeds = alone === undefined ? Array.from({ length: count }, (__, index) => index + 1) : [Number(alone)];
    for (const seed of seeds) {
      tf.engine().startScope();
      await expectRight(one, seed);
      tf.engine().endScope();
    }
  });
});
