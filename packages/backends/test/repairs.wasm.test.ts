import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { repairNodeGradients } from '../src/repairs/node-gradients.js';
import { repairWasmElementTypes } from '../src/repairs/wasm-element-types.js';
import { repairWasmFusedMatMul } from '../src/repairs/wasm-fused-matmul.js';
import { repairWasmLargeSums } from '../src/repairs/wasm-large-sums.js';
import { repairWasmRanks } from '../src/repairs/wasm-ranks.js';
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

const size = 1000;
/** Every third of a thousand, or other ones. */
const mask = (of: number): number[] => Array.from({ length: size }, (_, i) => (i % of === 0 ? 1 : 0));
const bools = (of: number, shape: number[] = [size]): tf.Tensor => tf.tensor(mask(of), shape, 'bool');

test('paddings and sums of more than six axes are what was in memory before', async () => {
  const error = async (): Promise<number> => {
    const results = tf.tidy(() => {
      const ones = tf.reshape(tf.ones([6]), [1, 1, 2, 1, 3, 1, 1]);
      const paddings = ones.shape.map((_, axis): [number, number] => [axis % 2, 0]);
      return [
        tf.pad(ones, paddings, 1),
        tf.spaceToBatchND(
          ones,
          [1, 2],
          [
            [0, 0],
            [0, 0],
          ],
        ),
        tf.sub(2, ones),
        tf.add(ones, tf.zeros([2, 1, 1, 1, 1, 1, 1])),
      ];
    });
    const numbers = await Promise.all(results.map(async (result) => Array.from(await result.data())));
    tf.dispose(results);
    return Math.max(...numbers.flat().map((value) => Math.abs(value - 1)));
  };
  // Memory that nobody has had yet is zero.
  await demonstrate(repairWasmRanks, error, { broken: 0.5, cured: 0 });
});

test('where takes bools for floats, and is right with any number of them', async () => {
  const error = async (count: number): Promise<number> => {
    const [chosen, yes, no] = [mask(3), mask(1), mask(5)].map((values) => values.slice(0, count)) as [
      number[],
      number[],
      number[],
    ];
    const bool = (values: number[]): tf.Tensor => tf.tensor1d(values, 'bool');
    const values = await readValues(() => tf.where(bool(chosen), bool(yes), bool(no)));
    return largestDifference(
      values,
      chosen.map((first, i) => (first === 1 ? yes : no)[i] as number),
    );
  };
  // Of two alone, for what is written beyond more of them is the memory of others.
  await demonstrate(repairWasmElementTypes, () => error(2), { broken: 0.5, cured: 0 });
  expect(await error(size)).toBe(0);
});

test('where the elements are those of any type, nothing beyond a result is written and nothing is left behind', async () => {
  const texts = tf.tensor1d(['b', 'a', 'ä', 'b']);
  const whole = tf.tensor1d([-7, 2 ** 24 + 1, 0, 0x7f800001], 'int32');
  const run: Readonly<Record<string, () => tf.Tensor>> = {
    reverse: () => tf.reverse(bools(3), 0),
    'reverse of a scalar': () => tf.reverse(tf.scalar(true, 'bool')),
    'reverse of rows': () => tf.reverse(bools(3, [8, 125]), 1),
    'strided slice': () => tf.stridedSlice(bools(3, [10, 100]), [9, 0], [0, 100], [-2, 3]),
    'strided slice of everything': () => tf.stridedSlice(bools(3), [0], [size], [1]),
    'strided slice of integers': () => tf.stridedSlice(whole, [1], [4], [2]),
    'one-hot': () => tf.oneHot(tf.tensor1d([2, 0, -1, 3], 'int32'), 3, 1, 0, 'bool'),
    'one-hot of floats': () =>
      tf.oneHot(
        tf.tensor2d(
          [
            [2, 0],
            [1, 3],
          ],
          [2, 2],
          'int32',
        ),
        3,
        0.5,
        -1,
        'float32',
      ),
    'one-hot of integers': () => tf.oneHot(tf.tensor1d([2, 0, -1, 3], 'int32'), 3),
    'a cast to bool': () => tf.cast(tf.tensor1d([0, 0.25, -0, NaN, 256, Infinity]), 'bool'),
    'a cast of integers to bool': () => tf.cast(whole, 'bool'),
    'a cast to integers': () => tf.cast(bools(3), 'int32'),
    clip: () => tf.clipByValue(whole, -2.5, 3),
    'clip of floats': () => tf.clipByValue(tf.tensor1d([-7, 0.5, 9]), -2.5, 3),
    top: () => tf.topk(bools(300, [10, 100]), 2).values,
    'indices of the top': () => tf.topk(bools(300, [10, 100]), 1).indices,
    equal: () => tf.equal(texts, tf.tensor1d(['b'])),
    'equal to itself': () => tf.equal(texts, texts),
    'not equal': () => tf.notEqual(texts, tf.tensor1d(['b', '', 'a', 'B'])),
    greater: () => tf.greater(texts, tf.tensor1d(['aa'])),
    'where of integers': () => tf.where(tf.tensor1d([1, 0, 1, 1], 'bool'), whole, tf.onesLike(whole)),
  };
  await import('@tensorflow/tfjs-backend-cpu');
  const inputs = { numTensors: tf.memory().numTensors };
  const bystander = bools(7);
  for (const [name, make] of Object.entries(run)) {
    await tf.setBackend('cpu');
    const expected = tf.tidy(make);
    const values = Array.from(await expected.data());
    await tf.setBackend('wasm');
    const held = tf.backend().numDataIds();
    const actual = tf.tidy(make);
    expect({ name, shape: actual.shape, dtype: actual.dtype, values: Array.from(await actual.data()) }).toEqual({
      name,
      shape: expected.shape,
      dtype: expected.dtype,
      values,
    });
    tf.dispose([actual, expected]);
    expect(tf.backend().numDataIds(), name).toBeLessThanOrEqual(held + 2); // `texts` and `whole` come from cpu once.
  }
  expect(Array.from(await bystander.data())).toEqual(mask(7));
  tf.dispose([texts, whole, bystander]);
  expect(tf.memory().numTensors).toBe(inputs.numTensors - 2);
});
