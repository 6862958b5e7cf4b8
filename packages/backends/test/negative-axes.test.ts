import * as tf from '@tensorflow/tfjs-core';
import { expect, inject, test } from 'vitest';
import { repairNegativeAxes } from '../src/repairs/negative-axes.js';
import { repairNodeGradients } from '../src/repairs/node-gradients.js';
import { repairWasmUnsortedSegmentSum } from '../src/repairs/wasm-unsorted-segment-sum.js';
import { largestDifference, readValues } from './support.js';

const x = (): tf.Tensor => tf.tensor([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [2, 2, 3]);

test('kernels and gradients take an axis counted from the back', async () => {
  await repairNodeGradients();
  await repairWasmUnsortedSegmentSum();
  const bytes = tf.memory().numBytes;
  expect(await repairNegativeAxes()).toMatchObject({ repair: 'negative-axes', outcome: 'applied' });
  expect(tf.memory().numBytes).toBe(bytes);
  expect(await repairNegativeAxes()).toMatchObject({ outcome: 'not needed' });
  const ops: Readonly<Record<string, (y: tf.Tensor, axis: number) => tf.Tensor>> = {
    cumsum: (y, axis) => tf.cumsum(y, axis, axis === -1),
    prod: (y, axis) => tf.prod(tf.mul(y, 0.25), axis),
    gather: (y, axis) => tf.gather(y, tf.tensor1d([1, 0], 'int32'), axis),
  };
  for (const op of Object.values(ops)) {
    for (const axis of [-3, -2]) {
      const slope = (of: number): Promise<number[]> =>
        readValues(() => tf.grad((y) => tf.sum(tf.square(op(y, of))))(x()));
      expect(await readValues(() => op(x(), axis))).toEqual(await readValues(() => op(x(), axis + 3)));
      expect(await slope(axis)).toEqual(await slope(axis + 3));
    }
  }
});

// On webgpu a reverse cumulation is right for the first length alone that it was used on.
test.each([3, 7])('the gradient of a cumulative sum of %i', async (size) => {
  const actual = await readValues(() => tf.grad((y) => tf.sum(tf.square(tf.cumsum(y, -1))))(tf.ones([size])));
  // 1 to the size, doubled, from each on.
  expect(actual).toEqual(Array.from({ length: size }, (_, i) => size * (size + 1) - i * (i + 1)));
});

test('an axis out of range is an error that names it', () => {
  expect(() => tf.cumsum(x(), -4)).toThrow(/range \[-3, ?3\).* but got/); // Native TensorFlow has words of its own.
});

test.each([[[0]], [[1]], [[0, 2]], [[2, 0]], [[0, 1, 2]]])(
  'the gradient of a product over the axes %j is that of its logarithms',
  async (axes) => {
    const slope = (f: (y: tf.Tensor) => tf.Tensor): Promise<number[]> =>
      readValues(() => tf.grad((y) => tf.sum(f(y)))(tf.div(x(), 4)));
    const actual = await slope((y) => tf.prod(y, axes));
    const expected = await slope((y) => tf.exp(tf.sum(tf.log(y), axes)));
    const largest = Math.max(...expected);
    expect(largestDifference(actual, expected)).toBeLessThan(largest * (inject('backend') === 'cpu' ? 1e-6 : 1e-3));
  },
);
