// Gradients that a loss has in closed form, and those that it must not silently get wrong.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import {
  fullLogPoisson,
  type Loss,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  squaredError,
  weightedLoss,
} from '../src/index.js';
import { releaseTensors } from './memory.js';
import { logisticHead, ToyHead } from './toy-head.js';

releaseTensors();

describe.each<[string, Loss]>([
  ['the squared error', squaredError],
  ['the logistic loss', sigmoidCrossEntropy],
  ['the full Poisson loss', fullLogPoisson],
  ['the softmax loss', softmaxCrossEntropy],
])('%s has no gradient', (_, loss) => {
  const logits = tf.keep(tf.tensor2d([[0.5], [-1], [2]]));
  const labels = tf.keep(tf.tensor2d([[0], [0], [0]]));
  const weights = tf.keep(tf.tensor2d([[1], [2], [0.5]]));
  const lossOf = (x: tf.Tensor, z: tf.Tensor = labels, w: tf.Tensor = weights): tf.Tensor =>
    weightedLoss({ logits: x, labels: z, weights: w }, { loss, divisor: 3 });

  it('of third order', () => {
    const first = (x: tf.Tensor): tf.Tensor => tf.sum(tf.grad((y) => lossOf(y))(x));
    const second = (x: tf.Tensor): tf.Tensor => tf.sum(tf.grad(first)(x));
    expect(() => tf.grad(second)(logits)).toThrowCoded('GRADIENT_UNSUPPORTED', ['third order']);
  });

  it.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['labels', (x) => lossOf(logits, x)],
    ['weights', (x) => lossOf(logits, labels, x)],
    ['labels', (x) => lossOf(x, x)],
    ['labels', (x) => lossOf(tf.mul(x, 0.5), tf.mul(x, 3))],
  ])('with respect to %s, of first order or of second', (named, of) => {
    expect(() => tf.grad(of)(tf.zeros([3, 1]))).toThrowCoded('GRADIENT_UNSUPPORTED', [named]);
    const slopes = (x: tf.Tensor): tf.Tensor =>
      tf.sum(tf.grad((y) => lossOf(y, named === 'labels' ? x : labels, named === 'weights' ? x : weights))(logits));
    expect(() => tf.grad(slopes)(tf.zeros([3, 1]))).toThrowCoded('GRADIENT_UNSUPPORTED', [named]);
  });
});

it('labels that were read are constants; what is computed of the network does not pass for one', async () => {
  const x = tf.tensor2d([[1], [2], [4]]);
  const targets = tf.tensor(await tf.mul(x, 2).data(), x.shape);
  const slopes = await tf
    .grad((y) => new ToyHead().loss(targets, y))(x)
    .data();
  slopes.forEach((slope, i) => expect(slope).toBeCloseTo([-2 / 3, -4 / 3, -8 / 3][i] as number, 5));
  expect(() => tf.grad((y) => logisticHead().loss(tf.sigmoid(y), tf.zeros([3, 1])))(x)).toThrowCoded(
    'GRADIENT_UNSUPPORTED',
    ['labels'],
  );
});
