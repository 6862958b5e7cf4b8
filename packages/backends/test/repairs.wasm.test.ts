import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { repairNodeGradients } from '../src/repairs/node-gradients.js';
import { repairWasmFusedMatMul } from '../src/repairs/wasm-fused-matmul.js';
import { repairWasmLargeSums } from '../src/repairs/wasm-large-sums.js';
import { repairWasmStaleWeights } from '../src/repairs/wasm-stale-weights.js';
import { repairWasmUnsortedSegmentSum } from '../src/repairs/wasm-unsorted-segment-sum.js';
import { demonstrate } from './demonstrate.js';
import { largestDifference, random, readValues } from './support.js';

/** Sums over some axes, in doubles. */
function sumsOf(values: ArrayLike<number>, shape: readonly number[], axes: readonly number[]): number[] {
  const kept = shape.map((size, i) => (axes.includes(i) ? 1 : size));
  const sums = Array.from({ length: kept.reduce((product, size) => product * size, 1) }, () => 0);
  for (let at = 0; at < values.length; at++) {
    let rest = at;
    let target = 0;
    let stride = 1;
    for (let i = shape.length - 1; i >= 0; i--) {
      const index = rest % (shape[i] as number);
      rest = Math.floor(rest / (shape[i] as number));
      if (axes.includes(i)) continue;
      target += index * stride;
      stride *= kept[i] as number;
    }
    sums[target] = (sums[target] as number) + (values[at] as number);
  }
  return sums;
}

test('UnsortedSegmentSum is missing (#8082)', async () => {
  await repairNodeGradients();
  const slope = (): Promise<number[]> =>
    readValues(() => tf.grad((table) => tf.sum(tf.gather(table, tf.tensor1d([2, 0, 2], 'int32'))))(tf.ones([3, 2])));
  await expect(slope()).rejects.toThrow("'UnsortedSegmentSum' not registered");
  expect((await repairWasmUnsortedSegmentSum()).issue).toMatch(/8082$/);
  expect(await slope()).toEqual([1, 1, 0, 0, 2, 2]);
});

test('UnsortedSegmentSum, once registered, does what cpu does', async () => {
  const run = (): tf.Tensor =>
    tf.unsortedSegmentSum(random([7, 3, 2], 1), tf.tensor1d([0, 3, -1, 3, 9, 1, 0], 'int32'), 5);
  const actual = await readValues(run);
  const integers = await readValues(() =>
    tf.unsortedSegmentSum(tf.tensor1d([1, 2, 3, 4], 'int32'), tf.tensor1d([1, 1, 0, 3], 'int32'), 4),
  );
  expect(integers).toEqual([3, 3, 0, 4]);
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  const expected = await readValues(run);
  await tf.setBackend('wasm');
  expect(largestDifference(actual, expected)).toBeLessThan(1e-6);
});

test('large sums drift', async () => {
  const relative = (values: number[]): number => Math.abs((values[0] as number) / Math.fround(0.1) - 1);
  await demonstrate(
    repairWasmLargeSums,
    async () => relative(await readValues(() => tf.mean(tf.fill([1_000_000], 0.1)))),
    { broken: 5e-3, cured: 1e-7 },
  );
});

test.each([[[0, 1, 2]], [[0]], [[1]], [[2]], [[0, 1]], [[1, 2]], [[0, 2]]])(
  'large sums over the axes %j are those of doubles',
  async (axes) => {
    const shape = [600, 3, 601];
    const x = random(shape, 3);
    const expected = sumsOf(await x.data(), shape, axes);
    const count = x.size / expected.length;
    for (const keepDims of [false, true]) {
      const sum = tf.sum(x, axes, keepDims);
      const mean = tf.mean(x, axes, keepDims);
      expect(sum.shape).toEqual(shape.flatMap((size, i) => (!axes.includes(i) ? [size] : keepDims ? [1] : [])));
      expect(mean.shape).toEqual(sum.shape);
      expect(largestDifference(Array.from(await sum.data()), expected)).toBeLessThan(2e-6 * count);
      expect(
        largestDifference(
          Array.from(await mean.data()),
          expected.map((value) => value / count),
        ),
      ).toBeLessThan(1e-6);
      tf.dispose([sum, mean]);
    }
    x.dispose();
  },
);

test('a right operand is multiplied in the shape it had before', async () => {
  const error = async (): Promise<number> => {
    const values = await readValues(() => {
      const weights = tf.tensor2d([0, 1, 2, 3], [4, 1]);
      tf.matMul(tf.ones([1, 4]), weights);
      return tf.matMul(tf.ones([1, 1]), tf.reshape(weights, [1, 4]));
    });
    return largestDifference(values, [0, 1, 2, 3]);
  };
  await demonstrate(repairWasmStaleWeights, error, { broken: 0.5, cured: 0 });
});

test('a fused bias is added once for every block', async () => {
  const error = async (): Promise<number> => {
    const values = await readValues(() =>
      tf.fused.matMul({ a: tf.ones([2, 100]), b: tf.ones([1, 100]), transposeB: true, bias: tf.tensor1d([10]) }),
    );
    return largestDifference(values, [110, 110]);
  };
  await demonstrate(repairWasmFusedMatMul, error, { broken: 9, cured: 1e-4 });
});
