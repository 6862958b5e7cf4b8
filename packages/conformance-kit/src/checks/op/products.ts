import { add, clipByValue, einsum, exp, matMul, ones, reshape, sigmoid, tensor1d, tensor2d, tensor3d, zeros, type Tensor } from '@tensorflow/tfjs-core';
import { tensorOf } from '../../batch.js';
import {
  drawn,
  mapValues,
  matMul as matMulInDoubles,
  matrixOf,
  sigmoidOf,
  transposed,
  ULPS,
  type Values,
} from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import { type Expected, gives, type OpCase, opTable } from './table.js';

/** Two matrices, multiplied as they are or from their transposes. */
function matMulCase(a: Values, b: Values, turnA = false, turnB = false): OpCase {
  const from = (x: Values, turn: boolean): Tensor => tensorOf(turn ? transposed(x) : x);
  return gives(() => matMul(from(a, turnA), from(b, turnB), turnA, turnB), () => ({ ...matMulInDoubles(a, b), k: ULPS.REDUCE }));
}

/** A batch of products; a batch of one serves for all of the other. */
function batchedMatMulCase(a: Values, b: Values): OpCase {
  return gives(() => matMul(tensorOf(a), tensorOf(b)), () => {
    const count = Math.max(a.shape[0] as number, b.shape[0] as number);
    const products = Array.from({ length: count }, (_, i) => matMulInDoubles(matrixOf(a, i), matrixOf(b, i)));
    return {
      shape: [count, ...(products[0]?.shape ?? [])],
      values: products.flatMap(({ values }) => values),
      scale: products.flatMap(({ scale }) => scale),
      k: ULPS.REDUCE,
    };
  });
}

/** The square of a 3 x 3 matrix of one value that a kernel has made: three times the square of the value, if nothing else is multiplied. */
function squareOf(make: () => Tensor, value: number): OpCase {
  return gives(() => {
    const matrix = make();
    return matMul(matrix, matrix);
  }, { shape: [3, 3], values: Array.from({ length: 9 }, () => 3 * value * value), k: ULPS.REDUCE });
}

const a = drawn([5, 7], 31);
const b = drawn([7, 3], 32);
const column = drawn([7, 1], 33);
const row = drawn([1, 5], 34);
const reshaped: Expected = { shape: [1, 4], values: [0, 1, 2, 3] };

export const products: Check = opTable('A matrix product is the sum over the shared dimension and nothing else, wherever the operands come from.', {
  odd: matMulCase(a, b),
  large: matMulCase(drawn([33, 129], 37), drawn([129, 65], 38)),
  'first-transposed': matMulCase(a, b, true),
  'second-transposed': matMulCase(a, b, false, true),
  'both-transposed': matMulCase(a, b, true, true),
  // The shared dimension is 1: the padding of a packed webgl texture doubles it.
  outer: matMulCase(column, row),
  batched: batchedMatMulCase(drawn([3, 5, 7], 41), drawn([3, 7, 2], 42)),
  'one-by-many': batchedMatMulCase(drawn([1, 5, 3], 43), drawn([4, 3, 2], 44)),
  'many-by-one': batchedMatMulCase(drawn([4, 5, 3], 45), drawn([1, 3, 2], 46)),
  // Packed webgl writes exp(0) and the like into what pads a texture of odd size, and multiplies it along.
  'of-computed': squareOf(() => exp(zeros([3, 3])), 1),
  'of-sums': squareOf(() => add(zeros([3, 3]), 2), 2),
  'of-clipped': squareOf(() => clipByValue(zeros([3, 3]), 1, 2), 1),
  'of-sigmoids': gives(
    () => matMul(sigmoid(tensorOf(a)), add(tensorOf(b), 0.5)),
    () => ({ ...matMulInDoubles(mapValues(a, sigmoidOf), mapValues(b, (x) => x + 0.5)), k: ULPS.REDUCE }),
  ),
  // Missing on wasm (#7439).
  'einsum-of-batches': gives(() => einsum('bqd,bkd->bqk', tensor3d([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]), tensor3d([[[1, -1]], [[2, 3]]])), {
    shape: [2, 2, 1],
    values: [-1, -1, 28, 38],
  }),
  // cpu, webgl and webgpu leave the second operand out.
  'einsum-of-sums': gives(() => einsum('ij,k->kj', tensor2d([[1, 2, 3], [4, 5, 6]]), tensor1d([10, 1])), { shape: [2, 3], values: [50, 70, 90, 5, 7, 9] }),
  // wasm keeps the right operand packed by its memory and forgets its shape.
  'reshaped-right': gives(() => {
    const weights = tensor2d([0, 1, 2, 3], [4, 1]);
    matMul(ones([1, 4]), weights); // In this order a wrong product writes no more than there is room for.
    return matMul(ones([1, 1]), reshape(weights, [1, 4]));
  }, reshaped),
});
