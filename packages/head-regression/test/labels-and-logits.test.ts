import * as tf from '@tensorflow/tfjs-core';
import { LogisticRegressionHead, PoissonRegressionHead, RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { releaseTensors } from './support/backend.js';
import { randomBatch, tensorsOf } from './support/data.js';
import { expect } from './support/expect.js';
import { results, threeHeads } from './support/heads.js';
import { logistic, metricValues, trainingLoss } from './support/reference.js';

releaseTensors();

describe.each(threeHeads)('lines 14, 39: labels and weights without the last dimension, for a $head', ({ formula, labels, create }) => {
  it.each([[33], [5, 7], [2, 3, 5]])('of $0 rows and so on', async (...rows) => {
    const batch = randomBatch(14, [...rows, 1], labels, '[D0..DN]');
    const { logits, labels: given, features } = tensorsOf(batch);
    const head = create({ weightColumn: 'w' });
    const short = tf.reshape(given, rows);
    const { value, grad } = tf.valueAndGrad((x) => head.loss(short, x, { features }))(logits);
    const expected = trainingLoss(formula, batch, 'sum_over_batch_size');
    expect(await value.data()).toBeNear([expected.loss], { scale: expected.scale });
    expect(grad.shape).toEqual([...rows, 1]);
    expect(await grad.data()).toBeWithin1e5(expected.gradient);
    const metrics = head.updateMetrics(head.metrics(), features, logits, short);
    expect(Object.values(await results(metrics))).toBeNear(Object.values(metricValues(formula, [batch])), { scale: 1 });
  });
});

describe('lines 14, 39: integer and bool labels', () => {
  const logits = () => tf.tensor2d([[0.5], [-1], [2]]);

  it.each(threeHeads)('are the same as float ones for a $head', async ({ create }) => {
    const head = create();
    const expected = await head.loss(tf.tensor2d([[1], [0], [1]]), logits()).data();
    for (const dtype of ['int32', 'bool'] as const) {
      for (const shape of [[3], [3, 1]]) {
        const labels = tf.tensor([1, 0, 1], shape, dtype);
        expect(await head.loss(labels, logits()).data()).toEqual(expected);
        expect(await tf.grad((x) => head.loss(labels, x))(logits()).data()).toHaveLength(3);
        const metrics = await results(head.updateMetrics(head.metrics(), {}, logits(), labels));
        expect([metrics['label/mean']]).toBeNear([2 / 3]);
      }
    }
  });

  it.each([2048, 2049, 5003])('are the same in a batch of %i with integer weights', async (rows) => {
    const batch = randomBatch(rows, [rows, 1], 'probability');
    const hard = batch.labels.map((label) => (label > 0.5 ? 1 : 0));
    const weights = hard.map((_, index) => index % 3);
    const head = new LogisticRegressionHead({ weightColumn: 'w', lossReduction: 'sum' });
    const features = { w: tf.tensor1d(weights, 'int32') };
    const expected = trainingLoss(logistic, { ...batch, labels: hard, weights }, 'sum');
    for (const dtype of ['int32', 'bool'] as const) {
      const labels = tf.tensor1d(hard, dtype);
      const { value, grad } = tf.valueAndGrad((x) => head.loss(labels, x, { features }))(tensorsOf(batch).logits);
      expect(await value.data()).toBeNear([expected.loss]);
      expect(await grad.data()).toBeWithin1e5(expected.gradient);
    }
  });

  it('may be any integer', async () => {
    const labels = tf.tensor1d([-7, 100_000, 3], 'int32');
    const loss = new RegressionHead({ lossReduction: 'sum' }).loss(labels, logits());
    expect(await loss.data()).toBeNear([7.5 ** 2 + 100_001 ** 2 + 1]);
  });

  it('made by ops of the device are the same', async () => {
    const bools = tf.greater(logits(), 0);
    const counts = tf.cast(tf.mul(logits(), 2), 'int32');
    expect(await new LogisticRegressionHead().loss(bools, logits()).data()).toBeNear(
      await new LogisticRegressionHead().loss(tf.tensor2d([[1], [0], [1]]), logits()).data(),
    );
    expect(await new RegressionHead({ lossReduction: 'sum' }).loss(counts, logits()).data()).toBeNear([0.25 + 1 + 4]);
  });

  it('are left alone, and so are all inputs', async () => {
    const { logits: x, labels, features } = tensorsOf(randomBatch(3, [33, 1], 'count', '[D0..DN]'));
    const before = await Promise.all([x.data(), labels.data()]);
    const head = new PoissonRegressionHead({ weightColumn: 'w' });
    tf.grad((y) => head.loss(labels, y, { features }))(x);
    head.updateMetrics(head.metrics(), features, x, labels);
    head.predictions(x);
    expect([x.isDisposed, labels.isDisposed, features['w']?.isDisposed]).toEqual([false, false, false]);
    expect(await Promise.all([x.data(), labels.data()])).toEqual(before);
  });
});

describe('line 14: labels that do not fit', () => {
  const shapes: readonly { logits: number[]; labels: number[]; dimension?: number; message: string[] }[] = [
    { logits: [4, 1], labels: [3, 1], message: ['labels shape must be [D0, D1, ... DN, 1]', '[4,1]', '[3,1]'] },
    { logits: [4, 1], labels: [3], message: ['labels shape must be [D0, D1, ... DN, 1]', '[4,1]', '[3]'] },
    { logits: [4, 1], labels: [1, 1], message: ['[4,1]', '[1,1]'] },
    { logits: [4, 1], labels: [4, 2], message: ['Mismatched label shape', 'Expected labels dimension=1', '[4,1]', '[4,2]'] },
    { logits: [4, 2], labels: [4], dimension: 2, message: ['Mismatched label shape', 'Expected labels dimension=2', '[4,2]', '[4]'] },
    { logits: [4, 2], labels: [4, 1], dimension: 2, message: ['Expected labels dimension=2', '[4,2]', '[4,1]'] },
    { logits: [2, 2], labels: [2], dimension: 2, message: ['Expected labels dimension=2', '[2,2]', '[2]'] },
    { logits: [4, 1], labels: [], message: ['labels must have rank at least 2', '[4,1]', '[]'] },
    { logits: [4, 3, 1], labels: [4], message: ['labels must have rank at least 2', '[4,3,1]', '[4]'] },
    { logits: [4, 3, 1], labels: [4, 1], message: ['labels shape must be', '[4,3,1]', '[4,1]'] },
    { logits: [4, 3, 1], labels: [12, 1], message: ['labels shape must be', '[4,3,1]', '[12,1]'] },
    { logits: [4, 3, 1], labels: [4, 3, 1, 1], message: ['labels shape must be', '[4,3,1]', '[4,3,1,1]'] },
    { logits: [4, 1], labels: [4, 1, 1], message: ['labels shape must be', '[4,1]', '[4,1,1]'] },
  ];

  it.each(shapes)('$labels for logits of $logits', ({ logits, labels, dimension = 1, message }) => {
    const head = new RegressionHead({ labelDimension: dimension });
    expect(() => head.loss(tf.zeros(labels), tf.zeros(logits))).toThrowCoded('LABELS_SHAPE', message);
    expect(() => head.updateMetrics(head.metrics(), {}, tf.zeros(logits), tf.zeros(labels))).toThrowCoded('LABELS_SHAPE', message);
  });
});

describe('line 15: logits', () => {
  it.each(['int32', 'bool'] as const)('of dtype %s are cast to float32', async (dtype) => {
    const head = new RegressionHead({ lossReduction: 'sum' });
    const logits = tf.tensor2d([[1], [0], [1]], [3, 1], dtype);
    const labels = tf.tensor2d([[0.5], [0.25], [2]]);
    expect(await head.loss(labels, logits).data()).toBeNear([0.25 + 0.0625 + 1]);
    const { predictions } = head.predictions(logits);
    expect(predictions).toMatchObject({ dtype: 'float32', shape: [3, 1] });
    expect(await predictions?.array()).toEqual([[1], [0], [1]]);
    const metrics = await results(head.updateMetrics(head.metrics(), {}, logits, labels));
    expect([metrics['prediction/mean']]).toBeNear([2 / 3]);
  });

  const shapes = [
    { logits: [], dimension: 1, message: ['logits must have rank at least 2', '[]'] },
    { logits: [4], dimension: 1, message: ['logits must have rank at least 2', '[4]'] },
    { logits: [4, 2], dimension: 1, message: ['logits shape must be', '[D0, D1, ... DN, 1]', '[4,2]'] },
    { logits: [4, 1], dimension: 2, message: ['logits shape must be', '[D0, D1, ... DN, 2]', '[4,1]'] },
    { logits: [1, 4], dimension: 1, message: ['logits shape must be', '[1,4]'] },
    { logits: [0, 1], dimension: 1, message: ['logits', '[0,1]'] },
  ];

  it.each(shapes)('of shape $logits are refused for $dimension labels', ({ logits, dimension, message }) => {
    const head = new RegressionHead({ labelDimension: dimension });
    const labels = tf.zeros([4, dimension]);
    expect(() => head.loss(labels, tf.zeros(logits))).toThrowCoded('LOGITS_SHAPE', message);
    expect(() => head.predictions(tf.zeros(logits))).toThrowCoded('LOGITS_SHAPE', message);
    expect(() => head.updateMetrics(head.metrics(), {}, tf.zeros(logits), labels)).toThrowCoded('LOGITS_SHAPE', message);
    expect(() => head.createEstimatorSpec({ mode: 'infer', logits: tf.zeros(logits) })).toThrowCoded('LOGITS_SHAPE', message);
  });
});
