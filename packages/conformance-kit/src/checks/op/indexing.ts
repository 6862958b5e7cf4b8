import {
  add,
  argMax,
  concat,
  denseBincount,
  gather,
  gatherND,
  oneHot,
  pad,
  reverse,
  scatterND,
  slice,
  stridedSlice,
  tensor1d,
  tensor2d,
  tensor3d,
  tile,
  topk,
  transpose,
  unsortedSegmentSum,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { drawn, mapValues, transposed } from '@tfjs-heads/reference';
import { tensorOf } from '../../batch.js';
import type { Check } from '../check.js';
import { gives, opTable, type OpCase } from './table.js';

const table = drawn([7, 3], 71);
const tableRows = (...rows: number[]): number[] => rows.flatMap((row) => table.values.slice(row * 3, row * 3 + 3));

export const indexing: Check = opTable('What is looked up, scattered or ranked comes from the right place.', {
  gather: gives(() => gather(tensorOf(table), tensor1d([6, 0, 6, 3, 1], 'int32')), { shape: [5, 3], values: tableRows(6, 0, 6, 3, 1) }),
  // wasm strides the indices by the number of batches (#8658).
  'gather-batched': gives(() => gather(tensor2d([[1, 2, 3], [4, 5, 6]]), tensor2d([[2, 0, 1], [1, 1, 0]], [2, 3], 'int32'), 1, 1), {
    shape: [2, 3],
    values: [3, 1, 2, 5, 5, 4],
  }),
  // TensorFlow throws on a CPU and gives 0 on a GPU: either, but never somebody else's memory.
  'gather-out-of-range': async ({ judge }) => {
    let values: ArrayLike<number>;
    try {
      values = await gather(tensorOf(table), tensor1d([0, 7, 1000], 'int32')).data();
    } catch {
      return;
    }
    judge.same('the rows out of range', values, [...tableRows(0), 0, 0, 0, 0, 0, 0]);
  },
  'gather-nd': gives(() => gatherND(tensor2d([[1, 2, 3], [4, 5, 6]]), tensor2d([[0, 2], [1, 1]], [2, 2], 'int32')), { values: [3, 5] }),
  'scatter-adds-up': gives(() => scatterND(tensor2d([[4], [1], [4]], [3, 1], 'int32'), tensor1d([1, 2, 3]), [5]), { values: [0, 2, 0, 0, 4] }),
  // Missing on wasm (#8082): the gradient of gather.
  'segment-sum': gives(() => unsortedSegmentSum(tensor2d([[1, 2], [3, 4], [5, 6], [7, 8]]), tensor1d([2, 0, 2, -1], 'int32'), 4), {
    shape: [4, 2],
    values: [3, 4, 0, 0, 6, 8, 0, 0],
  }),
  'one-hot': gives(() => oneHot(tensor1d([2, 0, -1, 3], 'int32'), 3), {
    shape: [4, 3],
    dtype: 'int32',
    values: [0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0],
  }),
  // wasm writes the bits of integers.
  'one-hot-of-floats': gives(() => oneHot(tensor1d([2, 0], 'int32'), 3, 1, 0, 'float32'), { shape: [2, 3], values: [0, 0, 1, 1, 0, 0] }),
  // wasm writes four bytes for each; so few that they still fall into memory that is theirs.
  'one-hot-of-bool': gives(() => oneHot(tensor1d([1], 'int32'), 2, 1, 0, 'bool'), { shape: [1, 2], dtype: 'bool', values: [0, 1] }),
  // TensorFlow promises no order among equals, but the same class must be predicted everywhere.
  'arg-max-of-equals': gives(() => argMax(tensor2d([[1, 3, 3], [2, 2, 2], [0, 5, 1]]), 1), { dtype: 'int32', values: [1, 0, 1] }),
  // webgpu's result has the shape [1].
  'arg-max-of-a-vector': gives(() => argMax(tensor1d([1, 5, 2])), { shape: [], dtype: 'int32', values: [1] }),
  // webgpu goes through as many numbers of a row as there are bins; native TensorFlow has no kernel.
  'counts-in-rows': gives(() => denseBincount(tensor2d([[0, 1, 1, 2, 2, 7], [2, 2, 2, 0, 0, 1]], [2, 6], 'int32'), [], 3), {
    shape: [2, 3],
    values: [1, 2, 2, 2, 1, 3],
  }),
  // cpu, webgl and webgpu count.
  'what-is-there': gives(() => denseBincount(tensor1d([3, 1, 3, 0, 3], 'int32'), [], 5, true), { values: [1, 1, 0, 1, 0] }),
  'top-values': gives(() => topk(tensor2d([[1, 4, 2, 4, 0], [3, 3, 3, 3, 3]]), 3).values, { shape: [2, 3], values: [4, 4, 2, 3, 3, 3] }),
  'top-indices-of-equals': gives(() => topk(tensor2d([[1, 4, 2, 4, 0], [3, 3, 3, 3, 3]]), 3).indices, {
    shape: [2, 3],
    dtype: 'int32',
    values: [1, 3, 2, 0, 1, 2],
  }),
});

const matrix = drawn([5, 7], 81);
/** Made by a kernel, so that GPU layouts are met as they occur. */
const made = (): ReturnType<typeof add> => add(tensorOf(matrix), 0.5);
const values = matrix.values.map((x) => x + 0.5);
const row = (i: number): number[] => values.slice(i * 7, i * 7 + 7);

/** A row of three bools over another one: a type whose elements have one byte where those of others have four. */
const ofBools = (move: (x: Tensor2D) => Tensor, shape: number[], expected: number[]): OpCase =>
  gives(() => move(tensor2d([[1, 1, 0], [0, 1, 0]], [2, 3], 'bool')), { shape, dtype: 'bool', values: expected });

export const layout: Check = opTable('Moving values about changes none of them.', {
  transpose: gives(() => transpose(made()), () => transposed(mapValues(matrix, (x) => x + 0.5))),
  // webgpu's shader takes floats alone, and does not compile.
  'transpose-of-whole-numbers': gives(() => transpose(tensor3d([[[1, 2, 3], [4, 5, 6]]], undefined, 'int32'), [2, 0, 1]), {
    shape: [3, 1, 2],
    dtype: 'int32',
    values: [1, 4, 2, 5, 3, 6],
  }),
  concat: gives(() => concat([made(), slice(made(), [1, 0], [1, 7])]), { shape: [6, 7], values: [...values, ...row(1)] }),
  slice: gives(() => slice(made(), [1, 2], [3, 3]), { shape: [3, 3], values: [1, 2, 3].flatMap((i) => row(i).slice(2, 5)) }),
  pad: gives(() => pad(tensor2d([[1, 2, 3]]), [[1, 0], [0, 2]], 9), { shape: [2, 5], values: [9, 9, 9, 9, 9, 1, 2, 3, 9, 9] }),
  tile: gives(() => tile(tensor2d([[1, 2, 3]]), [2, 2]), { shape: [2, 6], values: [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3] }),
  'transpose-of-bool': ofBools((x) => transpose(x), [3, 2], [1, 0, 1, 1, 0, 0]),
  'concat-of-bool': ofBools((x) => concat([x, x], 1), [2, 6], [1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0]),
  'slice-of-bool': ofBools((x) => slice(x, [0, 1], [2, 2]), [2, 2], [1, 0, 1, 0]),
  'gather-of-bool': ofBools((x) => gather(x, tensor1d([1, 0, 1], 'int32')), [3, 3], [0, 1, 0, 1, 1, 0, 0, 1, 0]),
  'tile-of-bool': ofBools((x) => tile(x, [1, 2]), [2, 6], [1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0]),
  'pad-of-bool': ofBools((x) => pad(x, [[0, 1], [1, 0]], 1), [3, 4], [1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1]),
  // wasm takes the elements for floats: of so few it still reads and writes memory that is theirs, of more that of others.
  'reverse-of-bool': gives(() => reverse(tensor1d([1, 0], 'bool')), { dtype: 'bool', values: [0, 1] }),
  'strided-slice-of-bool': gives(() => stridedSlice(tensor1d([1, 1, 0], 'bool'), [0], [3], [2]), { dtype: 'bool', values: [1, 0] }),
  // Kernels forget the axis that goes (but that of TensorFlow): they read from somewhere else.
  'row-of-strided-slice': gives(() => stridedSlice(tensor2d([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), [0, 1], [3, 2], [2, 1], 0, 0, 0, 0, 2), { values: [2, 8] }),
  'column-of-strided-slice': gives(() => stridedSlice(tensor2d([[1, 2, 3], [4, 5, 6]]), [1, 0], [2, 0], [1, -2], 2, 2, 0, 0, 1), { values: [6, 4] }),
  // wasm says float32 of the bits of integers.
  'strided-slice-of-whole-numbers': gives(() => stridedSlice(tensor1d([1, -2, 3, 4, 5], 'int32'), [0], [5], [2]), {
    dtype: 'int32',
    values: [1, 3, 5],
  }),
});
