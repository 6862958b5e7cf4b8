import * as tf from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { releaseTensors } from './support/backend.js';
import { randomBatch, tensorsOf } from './support/data.js';
import { expect } from './support/expect.js';
import { results, threeHeads } from './support/heads.js';

releaseTensors();

describe('line 10: zero weights count in the denominator', () => {
  it('of sum_over_batch_size', async () => {
    const head = new RegressionHead({ weightColumn: 'w' });
    const loss = head.loss(tf.tensor2d([[0], [0], [0], [0]]), tf.tensor2d([[2], [3], [5], [7]]), {
      features: { w: tf.tensor1d([1, 0, 0, 2]) },
    });
    expect(await loss.data()).toBeNear([(4 + 2 * 49) / 4]);
  });

  it('which is the number of logits, not of rows', async () => {
    const head = new RegressionHead({ weightColumn: 'w', labelDimension: 2 });
    const loss = head.loss(tf.zeros([2, 2]), tf.tensor2d([[2, 3], [5, 7]]), { features: { w: tf.tensor1d([1, 0]) } });
    expect(await loss.data()).toBeNear([(4 + 9) / 4]);
  });

  it('but not in that of a metric', async () => {
    const head = new RegressionHead({ weightColumn: 'w' });
    const features = { w: tf.tensor1d([1, 0, 0, 2]) };
    const metrics = head.updateMetrics(head.metrics(), features, tf.tensor2d([[2], [3], [5], [7]]), tf.zeros([4, 1]));
    expect(await metrics['average_loss']?.result()).toBe((4 + 2 * 49) / 3);
  });
});

describe.each(threeHeads)('line 10: weights of zero alone give a $head', ({ labels, dimensions, create }) => {
  const cases = dimensions.flatMap((labelDimension) =>
    [[33], [33, 1], [33, labelDimension]].flatMap((weightShape) =>
      (['sum', 'sum_over_batch_size'] as const).map((lossReduction) => ({ labelDimension, weightShape, lossReduction })),
    ),
  );

  it.each(cases)('loss 0, gradient 0 and metrics 0: $labelDimension labels, weights $weightShape, $lossReduction', async (options) => {
    const { labelDimension, weightShape, lossReduction } = options;
    const head = create({ labelDimension, lossReduction, weightColumn: 'w' });
    const { logits, labels: given } = tensorsOf(randomBatch(3, [33, labelDimension], labels));
    const features = { w: tf.zeros(weightShape) };
    const { value, grad } = tf.valueAndGrad((x) => head.loss(given, x, { features }))(logits);
    expect(Array.from(await value.data(), Math.abs)).toEqual([0]);
    expect(Array.from(await grad.data(), Math.abs)).toEqual(Array.from({ length: 33 * labelDimension }, () => 0));
    expect(await results(head.updateMetrics(head.metrics(), features, logits, given))).toEqual({
      average_loss: 0,
      'prediction/mean': 0,
      'label/mean': 0,
    });
  });
});

describe('line 12: nothing broadcasts', () => {
  const n = 4;

  it('[N,1] weights over [N,N], but one weight for each row of N labels', async () => {
    const head = new RegressionHead({ labelDimension: n, lossReduction: 'sum', weightColumn: 'w' });
    const features = { w: tf.tensor2d([[1], [10], [100], [1000]]) };
    const logits = tf.tensor2d([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4], [n, n]);
    const loss = head.loss(tf.zeros([n, n]), logits, { features });
    expect(await loss.data()).toBeNear([4 * (1 + 4 * 10 + 9 * 100 + 16 * 1000)]);
  });

  it('[N,1] losses and [N] weights to [N,N]', async () => {
    const head = new RegressionHead({ lossReduction: 'sum', weightColumn: 'w' });
    const loss = head.loss(tf.zeros([n]), tf.ones([n, 1]), { features: { w: tf.tensor1d([1, 10, 100, 1000]) } });
    expect(await loss.data()).toBeNear([1111]);
  });

  it('[N] labels and [N,1] logits to [N,N]', async () => {
    const loss = new RegressionHead({ lossReduction: 'sum' }).loss(tf.tensor1d([1, 2, 3, 4]), tf.tensor2d([[1], [2], [3], [5]]));
    expect(await loss.data()).toBeNear([1]);
  });

  it.each([
    { what: '[N] labels for [N,N] logits', labels: [n], weights: [n], code: 'LABELS_SHAPE' },
    { what: '[N,1] labels for [N,N] logits', labels: [n, 1], weights: [n], code: 'LABELS_SHAPE' },
    { what: '[1,N] labels for [N,N] logits', labels: [1, n], weights: [n], code: 'LABELS_SHAPE' },
    { what: '[1,N] weights for [N,N] logits', labels: [n, n], weights: [1, n], code: 'WEIGHTS_SHAPE' },
    { what: '[1,1] weights for [N,N] logits', labels: [n, n], weights: [1, 1], code: 'WEIGHTS_SHAPE' },
    { what: '[1] weights for [N,N] logits', labels: [n, n], weights: [1], code: 'WEIGHTS_SHAPE' },
  ] as const)('$what', ({ labels, weights, code }) => {
    const head = new RegressionHead({ labelDimension: n, weightColumn: 'w' });
    const features = { w: tf.ones([...weights]) };
    expect(() => head.loss(tf.zeros([...labels]), tf.zeros([n, n]), { features })).toThrowCoded(code);
  });
});
