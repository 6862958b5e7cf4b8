import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, it } from 'vitest';
import { addRow, columnSums, exact, matMul, random, transposed } from '@tfjs-heads/reference';
import { releaseTensors } from './support/backend.js';
import { made, randomOnDevice } from './support/device.js';
import { expect } from './support/expect.js';
import { poissonRegression, threeHeads } from './support/heads.js';
import { total } from './support/numbers.js';
import { trainingLoss } from './support/reference.js';

releaseTensors();

const rows = 33;
const inputs = 5;
const weightShapes = (k: number): readonly (number[] | undefined)[] => [undefined, [rows], [rows, 1], [rows, k]];

// On webgl a matrix matMul multiplies the padding of its operands, too, and activations leave
// something in theirs: a gradient must leave its own clean.
describe.each([...threeHeads, poissonRegression])('line 35: a $head on top of x W + b', ({ formula, labels, dimensions, create }) => {
  const cases = (dimensions.length > 1 ? [1, 2, 3] : [1]).flatMap((k) =>
    weightShapes(k).flatMap((weightShape) => [true, false].map((fromDevice) => ({ k, weightShape, fromDevice }))),
  );

  it.each(cases)('gives dW and db: K $k, weights $weightShape, made on the device: $fromDevice', async ({ k, weightShape, fromDevice }) => {
    const next = random(k);
    const numbers = (count: number): number[] => Array.from({ length: count }, () => exact(next, -0.5, 0.5));
    const { tensor: activations, values } = await randomOnDevice(k, [rows, inputs], 'logits');
    const x = { shape: [rows, inputs], values };
    const w = numbers(inputs * k);
    const b = numbers(k);
    const { values: logits } = addRow(matMul(x, { shape: [inputs, k], values: w }), b);
    const onHost = async (kind: 'weights' | typeof labels, shape: number[]) => {
      const drawn = await randomOnDevice(shape.length, shape, kind);
      return { values: drawn.values, tensor: tf.tensor([...drawn.values], shape) };
    };
    const source = fromDevice ? (kind: 'weights' | typeof labels, shape: number[]) => randomOnDevice(k, shape, kind) : onHost;
    const given = await source(labels, [rows, k]);
    const weights = weightShape && (await source('weights', weightShape));

    const head = create({ labelDimension: k, ...(weights && { weightColumn: 'w' }) });
    const features = weights ? { w: weights.tensor } : {};
    const network = (kernel: tf.Tensor, bias: tf.Tensor): tf.Tensor => tf.add(tf.matMul(activations, kernel), bias);
    const [dW, db] = tf.grads((kernel, bias) => head.loss(given.tensor, network(kernel, bias), { features }))([
      tf.tensor2d(w, [inputs, k]),
      tf.tensor1d(b),
    ]);
    const { gradient } = trainingLoss(formula, { logits, labels: given.values, weights: weights?.values }, 'sum_over_batch_size');
    const dLogits = { shape: [rows, k], values: gradient };
    expect(await dW?.data()).toBeWithin1e5(matMul(transposed(x), dLogits).values);
    expect(await db?.data()).toBeWithin1e5(columnSums(dLogits));
  });

  it.each(dimensions)('leaves nothing beyond the end of the gradient: K %i', async (k) => {
    const shape = [rows, k];
    const [logits, given, weights] = [
      await randomOnDevice(1, shape, 'logits'),
      await randomOnDevice(2, shape, labels),
      await randomOnDevice(3, shape, 'weights'),
    ];
    const head = create({ labelDimension: k, weightColumn: 'w' });
    const sums = await made(() => {
      const gradient = tf.grad((x) => head.loss(given.tensor, x, { features: { w: weights.tensor } }))(logits.tensor);
      return tf.matMul(gradient, tf.exp(tf.zeros([rows, 1])), true);
    });
    const numbers = { logits: logits.values, labels: given.values, weights: weights.values };
    const { gradient } = trainingLoss(formula, numbers, 'sum_over_batch_size');
    const scale = total(gradient.map(Math.abs));
    expect(sums.values).toBeNear(columnSums({ shape, values: gradient }), { scale });
  });
});
