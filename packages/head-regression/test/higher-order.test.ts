import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import type { Head } from '@tfjs-heads/head-api';
import { LogisticRegressionHead, RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { releaseTensors } from './support/backend.js';
import { randomBatch, tensorsOf } from './support/data.js';
import { randomOnDevice } from './support/device.js';
import { expect } from './support/expect.js';
import { poissonRegression, threeHeads } from './support/heads.js';
import { trainingLoss } from './support/reference.js';

releaseTensors();

type Features = Record<string, tf.Tensor>;
const lossOf = (head: Head, labels: tf.Tensor, features: Features = {}) => (x: tf.Tensor) => head.loss(labels, x, { features });

describe.each([...threeHeads, poissonRegression])('lines 35, 40, 41: the gradient of the gradient of a $head', ({ formula, labels, dimensions, create }) => {
  const weightKinds = ['[D0..DN]', '[D0..DN,1]', '[D0..DN,K]'] as const;
  const cases = dimensions.flatMap((k) => weightKinds.map((weights) => ({ k, weights })));

  it.each(cases)('is the second derivative: $k labels, weights $weights', async ({ k, weights }) => {
    const batch = randomBatch(k, [33, k], labels, weights);
    const { logits, labels: given, features } = tensorsOf(batch);
    const head = create({ labelDimension: k, weightColumn: 'w' });
    const second = tf.grad((x) => tf.sum(tf.grad(lossOf(head, given, features))(x)))(logits);
    const { curvature } = trainingLoss(formula, batch, 'sum_over_batch_size');
    expect(await second.data()).toBeWithin1e5(curvature);
  });

  it('has the gradient of first order that a single tape has', async () => {
    const batch = randomBatch(5, [33, 1], labels, '[D0..DN]');
    const { logits, labels: given, features } = tensorsOf(batch);
    const head = create({ weightColumn: 'w' });
    let inner: tf.Tensor | undefined;
    tf.grad((x) => {
      inner = tf.keep(tf.grad(lossOf(head, given, features))(x));
      return tf.sum(inner);
    })(logits);
    expect(await inner?.data()).toBeWithin1e5(trainingLoss(formula, batch, 'sum_over_batch_size').gradient);
    inner?.dispose();
  });

  it('goes on through what the gradient is used for', async () => {
    const batch = randomBatch(6, [33, 1], labels);
    const { logits, labels: given } = tensorsOf(batch);
    // The norm of the gradient, as a gradient penalty has it: its gradient is 2 g h.
    const penalty = tf.grad((x) => tf.sum(tf.square(tf.grad(lossOf(create(), given))(x))))(logits);
    const { gradient, curvature } = trainingLoss(formula, batch, 'sum_over_batch_size');
    expect(await penalty.data()).toBeWithin1e5(gradient.map((g, index) => 2 * g * (curvature[index] ?? NaN)));
  });

  it('is right where the device has made everything', async () => {
    const [logits, given, weights] = [
      await randomOnDevice(1, [33, 1], 'logits'),
      await randomOnDevice(2, [33, 1], labels),
      await randomOnDevice(3, [33, 1], 'weights'),
    ];
    const head = create({ weightColumn: 'w', lossReduction: 'sum' });
    const second = tf.grad((x) => tf.sum(tf.grad(lossOf(head, given.tensor, { w: weights.tensor }))(x)))(logits.tensor);
    const numbers = { logits: logits.values, labels: given.values, weights: weights.values };
    expect(await second.data()).toBeWithin1e5(trainingLoss(formula, numbers, 'sum').curvature);
  });

  it('adds that of regularization losses', async () => {
    const batch = randomBatch(9, [33, 1], labels);
    const { logits, labels: given } = tensorsOf(batch);
    const regularized = (x: tf.Tensor) =>
      create().loss(given, x, { regularizationLosses: () => [tf.sum(tf.pow(x, 3)) as tf.Scalar, tf.sum(tf.square(x)) as tf.Scalar] });
    const second = tf.grad((x) => tf.sum(tf.grad(regularized)(x)))(logits);
    const { curvature } = trainingLoss(formula, batch, 'sum_over_batch_size');
    expect(await second.data()).toBeWithin1e5(curvature.map((value, index) => value + 6 * (batch.logits[index] ?? NaN) + 2));
  });

  it('has no gradient: third order is an error', () => {
    const { logits, labels: given } = tensorsOf(randomBatch(7, [3, 1], labels));
    const first = (x: tf.Tensor) => tf.sum(tf.grad(lossOf(create(), given))(x));
    const second = (x: tf.Tensor) => tf.sum(tf.grad(first)(x));
    expect(() => tf.grad(second)(logits)).toThrowCoded('GRADIENT_UNSUPPORTED', ['third order']);
  });
});

describe.each(threeHeads)('lines 35, 40, 41: a $head has no gradient with respect to', ({ labels, create }) => {
  const head = create({ weightColumn: 'w' });
  const { shape, ...numbers } = randomBatch(8, [33, 1], labels, '[D0..DN,1]');
  const tensors = () => tensorsOf({ ...numbers, shape });

  it('labels', () => {
    const { logits, labels: given, features } = tensors();
    expect(() => tf.grad((z) => head.loss(z, logits, { features }))(given)).toThrowCoded('GRADIENT_UNSUPPORTED', ['labels']);
  });

  it('weights', () => {
    const { logits, labels: given, features } = tensors();
    const gradient = tf.grad((w) => head.loss(given, logits, { features: { w } }));
    expect(() => gradient(features['w'] as tf.Tensor)).toThrowCoded('GRADIENT_UNSUPPORTED', ['weights']);
  });

  it('what both logits and labels come from', () => {
    const { labels: given, features } = tensors();
    const gradient = tf.grad((x) => head.loss(tf.mul(x, 0.5), tf.mul(x, 3), { features }));
    expect(() => gradient(given)).toThrowCoded('GRADIENT_UNSUPPORTED', ['labels']);
  });

  it('what is both logits and labels', () => {
    const { labels: given, features } = tensors();
    expect(() => tf.grad((x) => head.loss(x, x, { features }))(given)).toThrowCoded('GRADIENT_UNSUPPORTED', ['labels']);
  });

  it('labels and weights in a gradient of second order', () => {
    const { logits, labels: given, features } = tensors();
    const ofLabels = tf.grad((z) => tf.sum(tf.grad((x) => head.loss(z, x, { features }))(logits)));
    expect(() => ofLabels(given)).toThrowCoded('GRADIENT_UNSUPPORTED', ['labels']);
    const ofWeights = tf.grad((w) => tf.sum(tf.grad((x) => head.loss(given, x, { features: { w } }))(logits)));
    expect(() => ofWeights(features['w'] as tf.Tensor)).toThrowCoded('GRADIENT_UNSUPPORTED', ['weights']);
  });
});

describe('line 35: labels and weights that depend on the network', () => {
  it('are constants where the gradient is stopped by reading them', async () => {
    const head = new RegressionHead();
    const x = tf.tensor2d([[1], [2], [4]]);
    const targets = tf.tensor(await tf.mul(x, 2).data(), x.shape);
    expect(await tf.grad((y) => head.loss(targets, y))(x).data()).toBeNear([-2 / 3, -4 / 3, -8 / 3]);
  });

  it('do not pass for constants where the logits do not need a gradient', () => {
    const head = new LogisticRegressionHead();
    const gradient = tf.grad((x) => head.loss(tf.sigmoid(x), tf.zeros([3, 1])));
    expect(() => gradient(tf.ones([3, 1]))).toThrowCoded('GRADIENT_UNSUPPORTED', ['labels']);
  });
});
