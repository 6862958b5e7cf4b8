import { describe, expect, it } from 'vitest';
import {
  fullLogPoisson,
  logPoisson,
  multiLabelCrossEntropy,
  regressionMetrics,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  squaredError,
  trainingLoss,
  trainingLossOfRows,
  type ReferenceBatch,
} from '../src/index.js';

const formulas = { squaredError, sigmoidCrossEntropy, logPoisson, fullLogPoisson };
const h = 1e-4;

describe.each(Object.entries(formulas))('the formula %s', (_, formula) => {
  it.each([-3, -0.75, 0.5, 2, 3.25].flatMap((x) => [0, 0.25, 1, 2.5].map((z) => [x, z] as const)))(
    'has the derivatives of its loss at %d and %d',
    (x, z) => {
      const difference = (formula.loss(x + h, z).value - formula.loss(x - h, z).value) / (2 * h);
      expect(formula.derivative(x, z).value).toBeCloseTo(difference, 6);
      const second = (formula.derivative(x + h, z).value - formula.derivative(x - h, z).value) / (2 * h);
      expect(formula.curvature(x, z).value).toBeCloseTo(second, 6);
    },
  );
});

describe.each([
  ['softmaxCrossEntropy', softmaxCrossEntropy, [[0], [1], [2]]],
  [
    'multiLabelCrossEntropy',
    multiLabelCrossEntropy,
    [
      [0, 1, 1],
      [0.25, 0, 0.5],
    ],
  ],
] as const)('the formula of rows %s', (_, formula, labels) => {
  it.each(
    labels.flatMap((z) =>
      [
        [0, 0, 0],
        [1, -2, 0.5],
        [-3, 2.5, 2.5],
      ].map((x) => [x, [...z]] as const),
    ),
  )('has the derivatives of its loss at %j and %j', (x, z) => {
    const moved = (by: number, at: number): number[] => x.map((value, i) => (i === at ? value + by : value));
    x.forEach((_value, i) => {
      const difference = (formula.loss(moved(h, i), z).value - formula.loss(moved(-h, i), z).value) / (2 * h);
      expect(formula.gradient(x, z)[i]?.value).toBeCloseTo(difference, 6);
      x.forEach((_other, j) => {
        const [above, below] = [h, -h].map((by) => formula.gradient(moved(by, j), z)[i]?.value as number);
        const second = ((above as number) - (below as number)) / (2 * h);
        expect(formula.hessian(x, z)[i]?.[j]?.value).toBeCloseTo(second, 6);
      });
    });
  });
});

describe('the formulas', () => {
  it('are those of textbooks', () => {
    expect(squaredError.loss(45, 43).value).toBe(4);
    expect(squaredError.predict(45).value).toBe(45);
    expect(sigmoidCrossEntropy.loss(2, 1).value).toBeCloseTo(-Math.log(1 / (1 + Math.exp(-2))), 14);
    expect(sigmoidCrossEntropy.loss(2, 0).value).toBeCloseTo(-Math.log(1 - 1 / (1 + Math.exp(-2))), 14);
    expect(sigmoidCrossEntropy.loss(0, 0.5).value).toBeCloseTo(Math.LN2, 15);
    expect(sigmoidCrossEntropy.predict(0).value).toBe(0.5);
    expect(logPoisson.loss(1, 3).value).toBeCloseTo(Math.E - 3, 14);
    expect(logPoisson.predict(1).value).toBe(Math.E);
  });

  it('add the logarithm of a factorial to the full Poisson loss, above 1 alone', () => {
    const log50Factorial = Array.from({ length: 50 }, (_, i) => Math.log(i + 1)).reduce((sum, term) => sum + term);
    expect(fullLogPoisson.loss(0, 50).value).toBeCloseTo(1 + log50Factorial, 2);
    // Stirling's own value for 2!: 2 log 2 - 2 + log(4 pi) / 2, not log 2.
    expect(fullLogPoisson.loss(0, 2).value - 1).toBeCloseTo(0.651806, 6);
    for (const label of [0, 0.5, 1]) expect(fullLogPoisson.loss(0, label)).toEqual(logPoisson.loss(0, label));
  });

  it('neither overflow nor vanish for a log-loss of large logits', () => {
    expect(sigmoidCrossEntropy.loss(1e4, 0).value).toBe(1e4);
    expect(sigmoidCrossEntropy.loss(-1e4, 1).value).toBe(1e4);
    expect(sigmoidCrossEntropy.loss(1e4, 1).value).toBe(0);
    expect(sigmoidCrossEntropy.loss(-80, 0).value).toBeCloseTo(Math.exp(-80), 50);
  });

  it('say how large the terms were', () => {
    expect(sigmoidCrossEntropy.loss(-30, 0).scale).toBe(30);
    expect(sigmoidCrossEntropy.loss(0.5, 0).scale).toBe(1);
    expect(logPoisson.predict(10).scale).toBe(10 * Math.exp(10));
    expect(logPoisson.derivative(0, 1)).toEqual({ value: 0, scale: 2 });
  });
});

describe('the formulas of rows', () => {
  it('are those of textbooks, for large logits too', () => {
    expect(softmaxCrossEntropy.loss([1, 1, 1], [2]).value).toBeCloseTo(Math.log(3), 15);
    expect(softmaxCrossEntropy.predict([-1, -1]).map(({ value }) => value)).toEqual([0.5, 0.5]);
    expect(softmaxCrossEntropy.loss([1e4, -1e4, 0], [1]).value).toBe(2e4);
    expect(multiLabelCrossEntropy.loss([0, 1e4], [1, 0]).value).toBeCloseTo((Math.LN2 + 1e4) / 2, 10);
  });

  it('are reduced by row: the documented example of tf.estimator.MultiLabelHead', () => {
    const batch = { logits: [-10, 10, -15, 10], labels: [1, 0, 1, 1] };
    expect(trainingLossOfRows(multiLabelCrossEntropy, batch, 2, 'auto').loss.value).toBeCloseTo(8.75, 3);
    const weighted = { ...batch, weights: [1, 2] };
    expect(trainingLossOfRows(multiLabelCrossEntropy, weighted, 2, 'sum').loss.value).toBeCloseTo(25, 3);
    const { gradient } = trainingLossOfRows(multiLabelCrossEntropy, weighted, 2, 'sum_over_batch_size');
    [-0.25, 0.25, -0.5, 0].forEach((value, i) => expect(gradient[i]?.value).toBeCloseTo(value, 3));
  });
});

describe('the reduction', () => {
  // The example of the tests of tf.estimator.RegressionHead.
  const batch: ReferenceBatch = { logits: [45, 41], labels: [43, 44] };

  it('is that of the original', () => {
    expect(trainingLoss(squaredError, batch, 'sum_over_batch_size').loss.value).toBe(6.5);
    expect(trainingLoss(squaredError, batch, 'auto').loss.value).toBe(6.5);
    expect(trainingLoss(squaredError, batch, 'sum').loss.value).toBe(13);
    expect(trainingLoss(squaredError, batch, 'sum_over_batch_size').gradient.map(({ value }) => value)).toEqual([
      2, -3,
    ]);
  });

  it.each([
    { name: 'a row', weights: [1, 3], sum: 1 + 4 + 27 + 48, gradient: [2, 4, 18, 24] },
    { name: 'a logit', weights: [1, 0, 2, 0.5], sum: 1 + 0 + 18 + 8, gradient: [2, 0, 12, 4] },
  ])('weighs by $name, and divides by the count of the losses', ({ weights, sum, gradient }) => {
    const weighted = { logits: [1, 2, 3, 4], labels: [0, 0, 0, 0], weights };
    expect(trainingLoss(squaredError, weighted, 'sum').loss.value).toBe(sum);
    expect(trainingLoss(squaredError, weighted, 'sum').gradient.map(({ value }) => value)).toEqual(gradient);
    expect(trainingLoss(squaredError, weighted, 'sum_over_batch_size').loss.value).toBe(sum / 4);
  });

  it.each(Object.entries(formulas))('has the gradient of its loss, with %s', (_, formula) => {
    const numbers = { logits: [0.5, -1.25, 2, 0, 1.5, -2], labels: [1, 0, 0.25, 0.5, 0, 1], weights: [0.5, 0, 2] };
    const moved = (i: number, by: number): number =>
      trainingLoss(formula, { ...numbers, logits: numbers.logits.map((x, at) => (at === i ? x + by : x)) }, 'auto').loss
        .value;
    const { gradient } = trainingLoss(formula, numbers, 'auto');
    for (const [i, { value }] of gradient.entries())
      expect(value).toBeCloseTo((moved(i, h) - moved(i, -h)) / (2 * h), 7);
  });

  it('is infinite beyond float32, where doubles are not', () => {
    const { loss, gradient } = trainingLoss(squaredError, { logits: [1e20, 1], labels: [-1e20, 1] }, 'auto');
    expect(loss).toEqual({ value: Infinity, scale: 0 });
    expect(gradient.map(({ value }) => value)).toEqual([2e20, 0]);
  });
});

describe('the metrics', () => {
  const heavy: ReferenceBatch = { logits: [1, 2, 3, 4], labels: [0, 0, 1, 1], weights: [1, 3] };

  it('are weighted means over all batches', () => {
    const values = (batches: readonly ReferenceBatch[]): number[] =>
      Object.values(regressionMetrics(squaredError, batches)).map(({ value }) => value);
    // (1 + 4 + 3 * 4 + 3 * 9) / 8, (1 + 2 + 9 + 12) / 8, 6 / 8
    expect(values([heavy])).toEqual([5.5, 3, 0.75]);
    expect(values([heavy, { logits: [3, 3], labels: [3, 0] }])).toEqual([5.3, 3, 0.9]);
  });

  it.each([
    [0, 0],
    [1, -1],
  ])('are 0 where the weights %d and %d sum to 0', (...weights) => {
    expect(regressionMetrics(logPoisson, [{ ...heavy, weights }])['average_loss']).toEqual({ value: 0, scale: 0 });
  });
});
