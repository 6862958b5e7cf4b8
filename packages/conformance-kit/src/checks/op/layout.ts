import { add, concat, pad, slice, tensor2d, tensor3d, tile, transpose } from '@tensorflow/tfjs-core';
import { tensorOf } from '../../batch.js';
import { mapValues, transposed } from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import { drawn } from './doubles.js';
import { gives, tableOf } from './table.js';

const matrix = drawn([5, 7], 81);
/** Made by a kernel, so that GPU layouts are met as they occur. */
const made = (): ReturnType<typeof add> => add(tensorOf(matrix), 0.5);
const values = matrix.values.map((x) => x + 0.5);
const row = (i: number): number[] => values.slice(i * 7, i * 7 + 7);

export const layout: Check = tableOf('Moving values about changes none of them.', {
  transpose: gives(() => transpose(made()), () => transposed(mapValues(matrix, (x) => x + 0.5))),
  // webgpu's shader takes floats alone: zeros come out.
  'transpose-of-whole-numbers': gives(() => transpose(tensor3d([[[1, 2, 3], [4, 5, 6]]], undefined, 'int32'), [2, 0, 1]), {
    shape: [3, 1, 2],
    dtype: 'int32',
    values: [1, 4, 2, 5, 3, 6],
  }),
  concat: gives(() => concat([made(), slice(made(), [1, 0], [1, 7])]), { shape: [6, 7], values: [...values, ...row(1)] }),
  slice: gives(() => slice(made(), [1, 2], [3, 3]), { shape: [3, 3], values: [1, 2, 3].flatMap((i) => row(i).slice(2, 5)) }),
  pad: gives(() => pad(tensor2d([[1, 2, 3]]), [[1, 0], [0, 2]], 9), { shape: [2, 5], values: [9, 9, 9, 9, 9, 1, 2, 3, 9, 9] }),
  tile: gives(() => tile(tensor2d([[1, 2, 3]]), [2, 2]), { shape: [2, 6], values: [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3] }),
});
