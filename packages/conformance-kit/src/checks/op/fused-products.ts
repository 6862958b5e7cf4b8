import { fused, matMul, ones, tensor1d, zeros, type Tensor } from '@tensorflow/tfjs-core';
import { tensorOf } from '../../batch.js';
import { drawn, mapValues, matMul as matMulInDoubles, sigmoidOf, transposed, ULPS } from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import { gives, type OpCase, opTable } from './table.js';

const a = drawn([5, 101], 51);
const b = drawn([101, 3], 52);
const bias = [1, -40, 25];

type Activation = 'linear' | 'relu' | 'sigmoid' | 'elu';

const formulas: Readonly<Record<Activation, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  sigmoid: sigmoidOf,
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
};

/** A dense layer in one kernel. */
function dense(activation: Activation, { transposeA = false, transposeB = false } = {}): OpCase {
  return gives(
    () =>
      fused.matMul({
        a: tensorOf(transposeA ? transposed(a) : a),
        b: tensorOf(transposeB ? transposed(b) : b),
        transposeA,
        transposeB,
        bias: tensor1d(bias),
        activation,
      }),
    () => {
      const linear = matMulInDoubles(a, b);
      const sums = mapValues(linear, (value, i) => value + (bias[i % 3] as number));
      return { ...mapValues(sums, formulas[activation]), k: ULPS.REDUCE, scale: linear.scale.map((scale, i) => scale + Math.abs(bias[i % 3] as number)) };
    },
  );
}

export const fusedProducts: Check = opTable('A fused product adds its bias once and applies its activation to the whole sum.', {
  linear: dense('linear'),
  relu: dense('relu'),
  sigmoid: dense('sigmoid'),
  elu: dense('elu'),
  // wasm adds the bias once for each block of the shared dimension, and applies the activation to each.
  'first-transposed': dense('relu', { transposeA: true }),
  'second-transposed': dense('linear', { transposeB: true }),
  batched: gives(
    () => fused.matMul({ a: ones([2, 1, 101]), b: ones([2, 101, 3]), bias: tensor1d([1, 2, 3]) }),
    { shape: [2, 1, 3], values: [102, 103, 104, 102, 103, 104], k: ULPS.REDUCE },
  ),
  // A sigmoid of 0 is a half: in what pads a packed texture it would be multiplied along.
  'product-of-sigmoids': gives(() => {
    const half = fused.matMul({ a: zeros([3, 3]), b: ones([3, 3]), activation: 'sigmoid' }) as Tensor;
    return matMul(half, half);
  }, { shape: [3, 3], values: Array.from({ length: 9 }, () => 0.75), k: ULPS.REDUCE }),
});
