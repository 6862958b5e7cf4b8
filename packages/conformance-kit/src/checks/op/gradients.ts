import {
  abs, add, concat, cumsum, gather, grad, log1p, matMul, max, maximum, minimum, mul, relu, reshape, slice, square, squaredDifference, sum,
  tensor1d, tensor2d, tensor3d, transpose,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { tensorOf } from '../../batch.js';
import { drawn, mapValues, matMul as matMulInDoubles, transposed, ULPS, type Values } from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import { type Expected, gives, type OpCase, opTable } from './table.js';

/** The gradient of the sum of squares of `f`, or of what `f` returns where it is a scalar. */
function slope(f: (x: Tensor) => Tensor, at: () => Tensor, expected: Expected | (() => Expected)): OpCase {
  return gives(() => grad((x) => {
    const y = f(x);
    return y.rank === 0 ? y : sum(square(y));
  })(at()), expected);
}

const x = drawn([5, 3], 91);
const weights = drawn([3, 7], 92);
const frequent = Array.from({ length: 999 }, (_, i) => (i % 3 === 0 ? 1 : 2));
const twice = (y: Values): Values => mapValues(y, (value) => 2 * value);

export const gradients: Check = opTable('A gradient is the one of TensorFlow.', {
  product: slope((a) => matMul(a, tensorOf(weights)), () => tensorOf(x), () => ({
    ...matMulInDoubles(twice(matMulInDoubles(x, weights)), transposed(weights)),
    k: ULPS.REDUCE,
  })),
  'product-by-weights': slope((w) => matMul(tensorOf(x), w), () => tensorOf(weights), () => ({
    ...matMulInDoubles(transposed(x), twice(matMulInDoubles(x, weights))),
    k: ULPS.REDUCE,
  })),
  // BatchMatMul_grad.ts does not add up over what was broadcast (#8721).
  'product-of-one-for-many': slope((w) => matMul(tensor3d([[[1, 2]], [[3, 4]]]), w), () => tensor3d([[[1], [1]]]), {
    shape: [1, 2, 1],
    values: [48, 68],
  }),
  // Maximum_grad.ts, Minimum_grad.ts and SquaredDifference_grad.ts do not either.
  'largest-of-broadcast': slope((a) => maximum(a, tensor2d([[1], [3]])), () => tensor1d([2, 4]), { values: [4, 16] }),
  'smallest-of-broadcast': slope((a) => minimum(tensor2d([[1], [3]]), a), () => tensor1d([2, 4]), { values: [4, 0] }),
  'square-of-broadcast': slope((a) => sum(squaredDifference(tensor1d([1, 2, 4]), a)), () => tensor2d([[1], [3]]), {
    shape: [2, 1],
    values: [-8, 4],
  }),
  bias: slope((b) => add(tensorOf(x), b), () => tensor1d([1, 2, 3]), () => ({
    values: [0, 1, 2].map((j) => 2 * x.values.reduce((total, value, i) => (i % 3 === j ? total + value + j + 1 : total), 0)),
    k: ULPS.REDUCE,
    scale: 60,
  })),
  relu: slope((a) => sum(relu(a)), () => tensor1d([-1, 0, 2]), { values: [0, 0, 1] }),
  log1p: slope((a) => sum(log1p(a)), () => tensor1d([0, 1e-6, 3]), { values: [1, 1 / (1 + 1e-6), 0.25], k: ULPS.ELEMENT }),
  // Missing on wasm (#8082): no embedding trains.
  gather: slope((t) => gather(t, tensor1d([3, 0, 3, 1], 'int32')), () => tensor2d([[1, 2], [3, 4], [5, 6], [7, 8]]), {
    shape: [4, 2],
    values: [2, 4, 6, 8, 0, 0, 28, 32],
  }),
  'frequent-row': slope((t) => sum(mul(gather(t, tensor1d(frequent, 'int32')), 0.5)), () => tensor2d([[1], [2], [3]]), {
    shape: [3, 1],
    values: [0, 166.5, 333],
    k: ULPS.REDUCE,
  }),
  layout: slope(
    (a) => concat([reshape(transpose(a), [-1]), slice(reshape(a, [-1]), 1, 2)]),
    () => tensor2d([[1, 2, 3], [4, 5, 6]]),
    { shape: [2, 3], values: [2, 8, 12, 8, 10, 12] },
  ),
  // Cumsum_grad.ts transposes once too often.
  'cumsum-of-first-axis': slope((a) => cumsum(a, 0), () => tensor2d([[1, 2, 3], [4, 5, 6]]), { shape: [2, 3], values: [12, 18, 24, 10, 14, 18] }),
  // Abs_grad.ts multiplies by step(x, -1), which is -1 at 0; TensorFlow's sign is 0 there.
  'abs-at-zero': slope((a) => sum(abs(a)), () => tensor1d([-2, 0, 3]), { values: [-1, 0, 1] }),
  // min_max_grad_util.ts gives the whole of it to each of the equals; TensorFlow shares it out.
  'largest-of-equals': slope((a) => max(a), () => tensor1d([1, 3, 3]), { values: [0, 0.5, 0.5] }),
});
