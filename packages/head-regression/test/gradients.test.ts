import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, it } from 'vitest';
import { releaseTensors } from './support/backend.js';
import { randomBatch, tensorsOf, type WeightKind } from './support/data.js';
import { randomOnDevice } from './support/device.js';
import { expect } from './support/expect.js';
import { poissonRegression, threeHeads } from './support/heads.js';
import { product } from './support/numbers.js';
import { trainingLoss } from './support/reference.js';

releaseTensors();

const heads = [...threeHeads, poissonRegression];
const weightKinds: readonly WeightKind[] = ['none', '[D0..DN]', '[D0..DN,1]', '[D0..DN,K]'];
/** With one label a row the last two are the same. */
const kindsFor = (labelDimension: number) => weightKinds.slice(0, labelDimension === 1 ? 3 : 4);
const leading = [[1], [2], [33], [257], [2, 3, 5]];

describe.each(heads)('lines 9, 12, 35, 40, 41: the gradient of a $head', ({ formula, labels, dimensions, create }) => {
  describe.each(dimensions)('with %i labels a row', (labelDimension) => {
    describe.each(kindsFor(labelDimension))('and weights of shape %s', (weights) => {
      it.each(leading.map((rows, seed) => ({ rows, seed })))('of $rows rows', async ({ rows, seed }) => {
        const batch = randomBatch(seed + 50, [...rows, labelDimension], labels, weights);
        const { logits, labels: given, features } = tensorsOf(batch);
        const lossReduction = seed % 2 === 0 ? 'sum_over_batch_size' : 'sum';
        const head = create({ labelDimension, lossReduction, ...(batch.weights && { weightColumn: 'w' }) });
        const { value, grad } = tf.valueAndGrad((x) => head.loss(given, x, { features }))(logits);
        const expected = trainingLoss(formula, batch, lossReduction);
        expect(grad).toMatchObject({ shape: logits.shape, dtype: 'float32' });
        expect(await grad.data()).toBeWithin1e5(expected.gradient);
        expect(await value.data()).toBeNear([expected.loss], { scale: expected.scale });
      });
    });
  });

  it('of 100,003 weighted rows', async () => {
    const batch = randomBatch(77, [100_003, 1], labels, '[D0..DN]');
    const { logits, labels: given, features } = tensorsOf(batch);
    const head = create({ weightColumn: 'w' });
    const gradient = tf.grad((x) => head.loss(given, x, { features }))(logits);
    expect(await gradient.data()).toBeWithin1e5(trainingLoss(formula, batch, 'sum_over_batch_size').gradient);
  });

  it('scaled by what comes after the loss', async () => {
    const batch = randomBatch(78, [33, 1], labels);
    const { logits, labels: given } = tensorsOf(batch);
    const gradient = tf.grad((x) => tf.mul(create().loss(given, x), -3))(logits);
    const { gradient: expected } = trainingLoss(formula, batch, 'sum_over_batch_size');
    expect(await gradient.data()).toBeWithin1e5(expected.map((value) => -3 * value));
  });
});

const onDevice = [
  [1, 1], [32, 1], [33, 1], [33, 2], [257, 3], [3, 5, 1], [3, 5, 3],
].flatMap((shape) => [shape.slice(0, -1), ...(shape.at(-1) === 1 ? [] : [[...shape.slice(0, -1), 1]]), shape].map((weightShape) => ({ shape, weightShape })));

describe.each(heads)('lines 9, 12: inputs made by ops of the device, for a $head', ({ formula, labels, dimensions, create }) => {
  const cases = onDevice.filter(({ shape }) => dimensions.length > 1 || shape.at(-1) === 1);

  it.each(cases)('logits $shape, weights $weightShape', async ({ shape, weightShape }) => {
    const labelDimension = shape.at(-1) as number;
    const head = create({ labelDimension, lossReduction: 'sum', weightColumn: 'w' });
    const logits = await randomOnDevice(product(shape), shape, 'logits');
    const given = await randomOnDevice(product(shape) + 1, shape, labels);
    const weights = await randomOnDevice(product(shape) + 2, weightShape, 'weights');
    const features = { w: weights.tensor };
    const { value, grad } = tf.valueAndGrad((x) => head.loss(given.tensor, x, { features }))(logits.tensor);
    const expected = trainingLoss(formula, { logits: logits.values, labels: given.values, weights: weights.values }, 'sum');
    expect(await value.data()).toBeNear([expected.loss], { scale: expected.scale });
    expect(await grad.data()).toBeWithin1e5(expected.gradient);
  });
});
