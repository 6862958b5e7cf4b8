import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { repairWebglEpsilon } from '../src/repairs/webgl-epsilon.js';
import { repairWebglPadding } from '../src/repairs/webgl-padding.js';
import { demonstrate } from './demonstrate.js';
import { largestDifference, readValues } from './support.js';

test('padding is multiplied along', async () => {
  // Each matrix holds one value; its square holds three times the square of that.
  const matrices: readonly (readonly [() => tf.Tensor, number])[] = [
    [() => tf.exp(tf.zeros([3, 3])), 1],
    [() => tf.add(tf.zeros([3, 3]), 1), 1],
    [() => tf.clipByValue(tf.zeros([3, 3]), 1, 2), 1],
    [() => tf.fused.matMul({ a: tf.zeros([3, 3]), b: tf.ones([3, 3]), activation: 'sigmoid' }), 0.5],
  ];
  const errors = async (): Promise<number[]> => {
    const result: number[] = [];
    for (const [make, value] of matrices) {
      const square = await readValues(() => {
        const matrix = make() as tf.Tensor2D;
        return tf.matMul(matrix, matrix);
      });
      result.push(
        largestDifference(
          square,
          square.map(() => 3 * value * value),
        ),
      );
    }
    return result;
  };
  expect(Math.min(...(await errors()))).toBeGreaterThan(0.2);
  const before = tf.memory().numTensors;
  await demonstrate(repairWebglPadding, async () => Math.max(...(await errors())), { broken: 0.9, cured: 1e-5 });
  expect(tf.memory().numTensors).toBe(before);
});

test('epsilon is 1e-4 (#6980)', async () => {
  const error = async (): Promise<number> => {
    const weights = tf.tidy(() => tf.variable(tf.tensor1d([1])));
    const optimizer = tf.train.adam(0.125);
    optimizer.applyGradients([{ name: weights.name, tensor: tf.tensor1d([1e-3]) }]);
    const [value = NaN] = await weights.data();
    weights.dispose();
    optimizer.dispose();
    return Math.abs(value - 0.875); // One step is the learning rate, whatever the gradient.
  };
  await demonstrate(repairWebglEpsilon, error, { broken: 0.01, cured: 2e-5 });
});
