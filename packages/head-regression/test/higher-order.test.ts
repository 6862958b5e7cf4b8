import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { LogisticRegressionHead, RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { releaseTensors } from './support/backend.js';
import { randomBatch, tensorsOf } from './support/data.js';
import { expect } from './support/expect.js';
import { threeHeads } from './support/heads.js';

releaseTensors();

describe.each(threeHeads)('lines 35, 40, 41: a $head has no gradient', ({ labels, create }) => {
  const head = create({ weightColumn: 'w' });
  const tensors = () => tensorsOf(randomBatch(8, [33, 1], labels, '[D0..DN,1]'));

  it('of third order', () => {
    const { logits, labels: given, features } = tensors();
    const first = (x: tf.Tensor) => tf.sum(tf.grad((y) => head.loss(given, y, { features }))(x));
    const second = (x: tf.Tensor) => tf.sum(tf.grad(first)(x));
    expect(() => tf.grad(second)(logits)).toThrowCoded('GRADIENT_UNSUPPORTED', ['third order']);
  });

  it('with respect to what is, or makes, both logits and labels', () => {
    const { labels: given, features } = tensors();
    const both = tf.grad((x) => head.loss(tf.mul(x, 0.5), tf.mul(x, 3), { features }));
    for (const gradient of [both, tf.grad((x) => head.loss(x, x, { features }))]) {
      expect(() => gradient(given)).toThrowCoded('GRADIENT_UNSUPPORTED', ['labels']);
    }
  });

  it('with respect to labels and weights in a gradient of second order', () => {
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
