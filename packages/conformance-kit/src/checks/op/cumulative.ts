import { cumsum, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import type { Check } from '../check.js';
import { tableOf, gives } from './table.js';

const matrix = [[1, 2, 3], [4, 5, 6]];

export const cumulative: Check = tableOf('A cumulative sum runs along its axis, in either direction, whatever was summed before.', {
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
