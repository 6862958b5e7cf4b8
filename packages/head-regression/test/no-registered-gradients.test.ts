// Without tfjs-layers: no gradient of any op is registered here.
import * as tf from '@tensorflow/tfjs-core';
import { Reduction } from '@tfjs-heads/head-api';
import { trainingLoss } from '@tfjs-heads/reference';
import { beforeAll, beforeEach, describe, inject, it } from 'vitest';
import { expectHeld, held, releaseTensors } from './support/backend.js';
import { randomBatch, tensorsOf, valuesIn } from './support/data.js';
import { expect } from './support/expect.js';
import { poissonRegression, threeHeads } from './support/heads.js';

releaseTensors();

// tfjs-node brings them along.
beforeAll(() => {
  if (inject('backend') !== 'tensorflow') return;
  for (const { kernelName } of tf.getKernelsForBackend('tensorflow')) if (tf.getGradient(kernelName)) tf.unregisterGradient(kernelName);
});

beforeEach(() => {
  const registered = ['Multiply', 'Sub', 'Exp', 'Sum', 'Cast', 'Reshape'].filter((kernel) => tf.getGradient(kernel));
  expect(registered).toEqual([]);
});

describe.each([...threeHeads, poissonRegression])('line 7: a $head needs no registered gradient', ({ formula, labels, dimensions, create }) => {
  const labelDimension = Math.max(...dimensions);
  const batch = randomBatch(7, [33, labelDimension], labels, '[D0..DN]');
  const reference = trainingLoss(formula, batch, 'sum_over_batch_size');
  const expected = { loss: reference.loss.value, scale: reference.loss.scale, gradient: valuesIn(reference.gradient) };
  const head = create({ labelDimension, weightColumn: 'w', lossReduction: Reduction.SUM_OVER_BATCH_SIZE });

  it('for its loss', async () => {
    const { logits, labels: given, features } = tensorsOf(batch);
    const loss = head.loss(given, logits, { features });
    expect(await loss.data()).toBeNear([expected.loss], { scale: expected.scale });
  });

  it('for the gradient with respect to the logits', async () => {
    const { logits, labels: given, features } = tensorsOf(batch);
    const gradient = tf.grad((x) => head.loss(given, x, { features }))(logits);
    expect(await gradient.data()).toBeWithin1e5(expected.gradient);
  });

  it('for the gradient in direction of dy', async () => {
    const { logits, labels: given, features } = tensorsOf(batch);
    const gradient = tf.grad((x) => head.loss(given, x, { features }))(logits, tf.scalar(-0.5));
    expect(await gradient.data()).toBeWithin1e5(expected.gradient.map((value) => -0.5 * value));
  });

  it('for loss and gradient at once, with regularization', async () => {
    const { logits, labels: given, features } = tensorsOf(batch);
    const options = { features, regularizationLosses: [tf.scalar(2), tf.scalar(0.5)] };
    const { value, grad } = tf.valueAndGrad((x) => head.loss(given, x, options))(logits);
    expect(await value.data()).toBeNear([expected.loss + 2.5], { scale: expected.scale });
    expect(await grad.data()).toBeWithin1e5(expected.gradient);
  });

  it('for the gradient with respect to a variable that is the logits', async () => {
    const { logits, labels: given, features } = tensorsOf(batch);
    const variable = tf.variable(logits);
    const { value, grads } = tf.variableGrads(() => head.loss(given, variable, { features }) as tf.Scalar);
    expect(await value.data()).toBeNear([expected.loss], { scale: expected.scale });
    expect(await grads[variable.name]?.data()).toBeWithin1e5(expected.gradient);
    variable.dispose();
  });

  it('to train a variable that is the logits', async () => {
    const { logits, labels: given, features } = tensorsOf(batch);
    const variable = tf.variable(logits);
    logits.dispose(); // It shared its values with the variable.
    const before = held();
    const optimizer = tf.train.sgd(0.5);
    const spec = head.createEstimatorSpec({
      mode: 'train', features, labels: given, logits: () => variable, optimizer, trainableVariables: [variable],
    });
    if (spec.mode === 'train') spec.trainOp();
    const trained = batch.logits.map((x, index) => x - 0.5 * (expected.gradient[index] ?? NaN));
    expect(await variable.data()).toBeWithin1e5(trained);
    spec.dispose();
    optimizer.dispose();
    await expectHeld(before);
    variable.dispose();
  });
});
