import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, it } from 'vitest';
import { releaseTensors } from './support/backend.js';
import { exact, random } from './support/data.js';
import { made, randomOnDevice } from './support/device.js';
import { expect } from './support/expect.js';
import { poissonRegression, threeHeads } from './support/heads.js';
import { total } from './support/numbers.js';
import { trainingLoss } from './support/reference.js';

releaseTensors();

const rows = 33;
const inputs = 5;
const weightShapes = (k: number): readonly (number[] | undefined)[] => [undefined, [rows], [rows, 1], [rows, k]];

/** The column sums that a matrix product makes of a gradient: dW = inputs^T dLogits. */
function timesTransposed(x: readonly number[], dLogits: readonly number[], k: number): number[] {
  return Array.from({ length: inputs * k }, (_, at) => {
    const [input, output] = [Math.floor(at / k), at % k];
    return total(Array.from({ length: rows }, (__, row) => (x[row * inputs + input] ?? NaN) * (dLogits[row * k + output] ?? NaN)));
  });
}

// On webgl a matrix product multiplies the padding of its operands, too, and activations leave
// something in theirs: a gradient must leave its own clean.
describe.each([...threeHeads, poissonRegression])('line 35: a $head on top of x W + b', ({ formula, labels, dimensions, create }) => {
  const cases = (dimensions.length > 1 ? [1, 2, 3] : [1]).flatMap((k) =>
    weightShapes(k).flatMap((weightShape) => [true, false].map((fromDevice) => ({ k, weightShape, fromDevice }))),
  );

  it.each(cases)('gives dW and db: K $k, weights $weightShape, made on the device: $fromDevice', async ({ k, weightShape, fromDevice }) => {
    const next = random(k);
    const numbers = (count: number): number[] => Array.from({ length: count }, () => exact(next, -0.5, 0.5));
    const { tensor: activations, values: x } = await randomOnDevice(k, [rows, inputs], 'logits');
    const w = numbers(inputs * k);
    const b = numbers(k);
    const logits = Array.from({ length: rows * k }, (_, at) => {
      const [row, output] = [Math.floor(at / k), at % k];
      const terms = Array.from({ length: inputs }, (__, i) => (x[row * inputs + i] ?? NaN) * (w[i * k + output] ?? NaN));
      return total([...terms, b[output] ?? NaN]);
    });
    const onHost = async (kind: 'weights' | typeof labels, shape: number[]) => {
      const { values } = await randomOnDevice(shape.length, shape, kind);
      return { values, tensor: tf.tensor([...values], shape) };
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
    expect(await dW?.data()).toBeWithin1e5(timesTransposed(x, gradient, k));
    expect(await db?.data()).toBeWithin1e5(b.map((_, output) => total(gradient.filter((__, at) => at % k === output))));
  });

  it.each(dimensions)('leaves nothing beyond the end of the gradient: K %i', async (k) => {
    const shape = [rows, k];
    const [logits, given, weights] = [
      await randomOnDevice(1, shape, 'logits'),
      await randomOnDevice(2, shape, labels),
      await randomOnDevice(3, shape, 'weights'),
    ];
    const head = create({ labelDimension: k, weightColumn: 'w' });
    const columnSums = await made(() => {
      const gradient = tf.grad((x) => head.loss(given.tensor, x, { features: { w: weights.tensor } }))(logits.tensor);
      return tf.matMul(gradient, tf.exp(tf.zeros([rows, 1])), true);
    });
    const numbers = { logits: logits.values, labels: given.values, weights: weights.values };
    const { gradient } = trainingLoss(formula, numbers, 'sum_over_batch_size');
    const expected = Array.from({ length: k }, (_, column) => total(gradient.filter((__, at) => at % k === column)));
    const scale = total(gradient.map(Math.abs));
    expect(columnSums.values).toBeNear(expected, { scale });
  });
});
