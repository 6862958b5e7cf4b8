import { add, cast, equal, floorDiv, matMul, mod, mul, slice, sum, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import type { Check } from '../check.js';
import { gives, tableOf } from './table.js';

const int = (...values: number[]): ReturnType<typeof tensor1d> => tensor1d(values, 'int32');

export const wholeNumbers: Check = tableOf('int32 and bool are exact.', {
  add: gives(() => add(int(1, -2, 3), int(4, 5, -6)), { dtype: 'int32', values: [5, 3, -3] }),
  multiply: gives(() => mul(int(3, -7, 4001), int(5, 6, 4001)), { dtype: 'int32', values: [15, -42, 16_008_001] }),
  'floor-division': gives(() => floorDiv(int(-7, 7, -7, 6), int(2, 2, -2, -3)), { dtype: 'int32', values: [-4, 3, 3, -2] }),
  remainder: gives(() => mod(int(-7, 7, 7), int(3, 3, -3)), { dtype: 'int32', values: [2, 1, -2] }),
  sum: gives(() => sum(int(...Array.from({ length: 1001 }, (_, i) => i))), { shape: [], dtype: 'int32', values: [500_500] }),
  // wasm has this for floats alone (#3947): confusionMatrix throws.
  product: gives(() => matMul(tensor2d([[1, 2, 3]], [1, 3], 'int32'), tensor2d([[4], [5], [6]], [3, 1], 'int32')), {
    shape: [1, 1],
    dtype: 'int32',
    values: [32],
  }),
  // webgl and webgpu store or load them as floats (#4313).
  'beyond-2^24': gives(() => slice(add(int(2 ** 24 + 1, 2 ** 30 + 1, 0), int(0, 0, 2 ** 24 + 1)), 0, 3), {
    dtype: 'int32',
    values: [2 ** 24 + 1, 2 ** 30 + 1, 2 ** 24 + 1],
  }),
  'equal-beyond-2^24': gives(() => equal(int(2 ** 24 + 1, 2 ** 24), int(2 ** 24, 2 ** 24)), { dtype: 'bool', values: [0, 1] }),
  'cast-truncates': gives(() => cast(tensor1d([-1.75, -0.5, 0.5, 1.75, 3]), 'int32'), { dtype: 'int32', values: [-1, 0, 0, 1, 3] }),
  // wasm takes the lowest byte of the whole part (#2590).
  'cast-to-bool': gives(() => cast(tensor1d([0, 0.25, 2, -1, 256]), 'bool'), { dtype: 'bool', values: [0, 1, 1, 1, 1] }),
  'count-of-a-mask': gives(() => sum(cast(cast(tensor1d([0, 2, 0.5, -1]), 'bool'), 'int32')), { shape: [], dtype: 'int32', values: [3] }),
});
