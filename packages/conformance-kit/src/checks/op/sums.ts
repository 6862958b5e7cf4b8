import {
  concat,
  cumsum,
  dispose,
  fill,
  max,
  mean,
  min,
  ones,
  reshape,
  sub,
  sum,
  tensor,
  tensor1d,
  tensor2d,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { drawn, totalOf, ULPS } from '@tfjs-heads/reference';
import { tensorOf } from '../../batch.js';
import type { Check } from '../check.js';
import { gives, opTable } from './table.js';

const tenth = Math.fround(0.1);
const prime = drawn([9973], 21);
const cube = drawn([3, 521, 5], 22);

/** The sums of `cube` over one of its axes. */
function sumsOver(axis: 0 | 1 | 2): { values: number[]; scale: number[]; shape: number[] } {
  const shape = cube.shape.filter((_, i) => i !== axis);
  const values = Array.from({ length: cube.values.length / (cube.shape[axis] as number) }, () => 0);
  const scale = [...values];
  for (const [at, value] of cube.values.entries()) {
    const index = [Math.floor(at / (521 * 5)), Math.floor(at / 5) % 521, at % 5];
    const [i = 0, j = 0] = index.filter((_, position) => position !== axis);
    const target = i * (shape[1] as number) + j;
    values[target] = (values[target] as number) + value;
    scale[target] = (scale[target] as number) + Math.abs(value);
  }
  return { values, scale, shape };
}

/** 33 sums without terms, after numbers have been left in memory that is free again, where sums that are not written would lie. */
function sumOfNothing(): Tensor {
  const empty = tensor([], [33, 0]);
  // Every other one stays, so that no two free places become one.
  const sevens = Array.from({ length: 32 }, () => fill([33], 7));
  dispose(sevens.filter((_, i) => i % 2 === 1));
  return sum(empty, 1);
}

export const sums: Check = opTable('Sums and means are as good as float32 allows, whatever the number of terms; the largest is one of the terms.', {
  // wasm adds up in one float32: 1 % off after a million terms.
  large: gives(() => sum(fill([100_000], tenth)), { shape: [], values: [100_000 * tenth], k: ULPS.REDUCE }),
  'large-by-rows': gives(() => mean(fill([3, 33_333], tenth), 1), { values: [tenth, tenth, tenth], k: ULPS.REDUCE }),
  // webgl divides the terms among as many sums as divide their number: by a prime, in one float32.
  'large-prime': gives(() => sum(fill([99_991], tenth)), { shape: [], values: [99_991 * tenth], k: ULPS.REDUCE }),
  // A float32 that has reached 2^24 does not change any more when 1 is added.
  'count-beyond-2^24': gives(() => sum(concat([tensor1d([2 ** 24]), ones([999])])), {
    shape: [],
    values: [2 ** 24 + 999],
    k: ULPS.REDUCE,
  }),
  prime: gives(() => sum(tensorOf(prime)), () => ({
    shape: [],
    values: [totalOf(prime.values)],
    k: ULPS.REDUCE,
    scale: totalOf(prime.values.map(Math.abs)),
  })),
  'first-axis': gives(() => sum(tensorOf(cube), 0), () => ({ ...sumsOver(0), k: ULPS.REDUCE })),
  'middle-axis': gives(() => sum(tensorOf(cube), 1), () => ({ ...sumsOver(1), k: ULPS.REDUCE })),
  'last-axis': gives(() => sum(tensorOf(cube), 2), () => ({ ...sumsOver(2), k: ULPS.REDUCE })),
  // Of computed values: what pads a texture must not be added.
  'of-computed': gives(() => sum(reshape(sub(ones([7, 3]), 3), [-1])), { shape: [], values: [-42] }),
  // wasm returns memory that nobody wrote, webgl and webgpu fail (#6633).
  'of-nothing': gives(sumOfNothing, { values: Array.from({ length: 33 }, () => 0) }),
  // webgl starts from -1e20 and 1e20.
  'largest-of-very-negative': gives(() => max(tensor1d([-3e30, -2e30, -4e30])), { shape: [], values: [Math.fround(-2e30)] }),
  'least-of-very-large': gives(() => min(tensor1d([3e30, 2e30, 4e30])), { shape: [], values: [Math.fround(2e30)] }),
});

const matrix = [[1, 2, 3], [4, 5, 6]];

export const cumulative: Check = opTable('A cumulative sum runs along its axis, in either direction, whatever was summed before.', {
  plain: gives(() => cumsum(tensor1d([1, 2, 3, 4, 5])), { values: [1, 3, 6, 10, 15] }),
  exclusive: gives(() => cumsum(tensor1d([1, 2, 3, 4, 5]), 0, true), { values: [0, 1, 3, 6, 10] }),
  'first-axis': gives(() => cumsum(tensor2d(matrix), 0), { shape: [2, 3], values: [1, 2, 3, 5, 7, 9] }),
  'last-axis': gives(() => cumsum(tensor2d(matrix), 1), { shape: [2, 3], values: [1, 3, 6, 4, 9, 15] }),
  // webgpu writes the length into a shader and keeps the shader for any length.
  'reverse-in-two-sizes': gives(() => {
    cumsum(tensor1d([1, 1, 1, 1]), 0, false, true);
    return cumsum(tensor1d([1, 2, 3, 4, 5, 6, 7]), 0, false, true);
  }, { values: [28, 27, 25, 22, 18, 13, 7] }),
});
