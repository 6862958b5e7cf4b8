// tfjs' own check of kernels: with the flag IS_TEST the engine throws after a kernel that leaves data behind.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { reduceLoss } from '@tfjs-heads/head-kit';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { expectHeld, held } from './support/backend.js';
import { randomBatch, tensorsOf } from './support/data.js';
import { randomOnDevice } from './support/device.js';
import { expect } from './support/expect.js';
import { logisticRegression, poissonRegression, results, threeHeads } from './support/heads.js';

beforeAll(() => tf.env().set('IS_TEST', true));
afterAll(() => tf.env().set('IS_TEST', false));

// From 2,048 logits on wasm runs the composed form; five dimensions take the way round `where`.
const shapes = [[5], [33], [2049], [2, 1, 2, 3]];

describe.each([...threeHeads, poissonRegression])('the kernels of a $head leave nothing that the engine counts', ({ labels, dimensions, create }) => {
  const labelDimension = Math.max(...dimensions);
  const head = create({ labelDimension, weightColumn: 'w' });

  it.each(shapes.map((rows) => [[...rows, labelDimension]]))('with logits of shape %j', async (shape) => {
    const before = held();
    const { logits, labels: given, features } = tensorsOf(randomBatch(3, shape, labels, '[D0..DN]'));
    const loss = (x: tf.Tensor): tf.Scalar => head.loss(given, x, { features });
    const metrics = head.metrics();
    expect(() => {
      loss(logits).dispose();
      tf.grad(loss)(logits).dispose();
      tf.grad((x) => tf.sum(tf.square(tf.grad(loss)(x))))(logits).dispose();
      head.updateMetrics(metrics, features, logits, given);
      tf.dispose(head.predictions(logits));
    }).not.toThrow();
    await results(metrics); // The tensors of a read are held until it ends.
    tf.dispose([logits, given, ...Object.values(features)]);
    await expectHeld(before);
  });

  it('in a training step', async () => {
    const before = held();
    const { logits, labels: given, features } = tensorsOf(randomBatch(4, [33, labelDimension], labels, '[D0..DN]'));
    const variable = tf.variable(logits);
    const optimizer = tf.train.sgd(0.1);
    const train = { mode: 'train', features, labels: given, logits: () => tf.mul(variable, 2), optimizer, trainableVariables: [variable] } as const;
    expect(() => {
      const spec = head.createEstimatorSpec({ ...train, regularizationLosses: () => [tf.sum(tf.square(variable)) as tf.Scalar] });
      if (spec.mode === 'train') spec.trainOp();
      spec.dispose();
    }).not.toThrow();
    optimizer.dispose();
    tf.dispose([logits, variable, given, ...Object.values(features)]);
    await expectHeld(before);
  });
});

describe('the kernels leave nothing that the engine counts', () => {
  it('for labels that only the device knows', async () => {
    const head = logisticRegression.create();
    const { tensor: labels } = await randomOnDevice(5, [9, 1], 'probability');
    const { tensor: logits } = await randomOnDevice(6, [9, 1], 'logits');
    const before = held();
    expect(() => {
      head.loss(labels, logits).dispose();
      tf.grad((x) => head.loss(labels, x))(logits).dispose();
    }).not.toThrow();
    await expectHeld(before);
    tf.dispose([labels, logits]);
  });

  it('for a custom loss, and for losses that are reduced', async () => {
    const before = held();
    const [labels, logits, weights] = [tf.ones([9, 2]), tf.zeros([9, 2]), tf.ones([9, 1])];
    const head = new RegressionHead({ labelDimension: 2, lossFn: (args) => tf.abs(tf.sub(args.labels, args.logits)) });
    expect(() => {
      head.loss(labels, logits).dispose();
      tf.grad((x) => head.loss(labels, x))(logits).dispose();
      reduceLoss(logits, weights, 'sum').dispose();
    }).not.toThrow();
    tf.dispose([labels, logits, weights]);
    await expectHeld(before);
  });
});
