import {
  add,
  argMin,
  cast,
  clipByValue,
  cumsum,
  div,
  divNoNan,
  equal,
  floorDiv,
  greater,
  logSumExp,
  matMul,
  max,
  maximum,
  min,
  minimum,
  mod,
  mul,
  oneHot,
  relu,
  sigmoid,
  slice,
  softmax,
  sub,
  sum,
  tensor1d,
  tensor2d,
  tensor3d,
  transpose,
  unsortedSegmentSum,
  where,
} from '@tensorflow/tfjs-core';
import { drawn, ULPS } from '@tfjs-heads/reference';
import { tensorOf } from '../../batch.js';
import type { Check } from '../check.js';
import { gives, opTable } from './table.js';

export const precision: Check = opTable('Floats have 32 bits, and the backend says so.', {
  // All other cases allow an error in units of what the backend has: a backend with 16 bits must fail somewhere.
  unit: ({ backend: { unit }, judge }) => judge.equal('the bits of a float', -Math.log2(unit), 24),
  range: gives(() => mul(tensor1d([3e38, 1e-30, 6e4]), tensor1d([0.5, 1e20, 1e4])), { values: [1.5e38, 1e-10, 6e8], k: ULPS.ELEMENT }),
  exact: gives(() => sub(add(tensor1d([1, 2 ** 20, 0]), 2 ** -3), tensor1d([1, 2 ** 20, 0])), { values: [0.125, 0.125, 0.125] }),
  // webgl says 16 and 1e-4 on every device that has 32 (#6980); optimizers and losses take their epsilon from it.
  said: ({ backend: { reportedFloatPrecision, epsilon }, judge }) => {
    judge.equal('floatPrecision()', reportedFloatPrecision, 32);
    judge.equal('epsilon()', epsilon, 1e-7);
  },
});

const dividends = drawn([5, 7], 11);
const divisors = drawn([7], 12, 1, 3);

export const division: Check = opTable('A quotient is that of IEEE 754, and divNoNan makes 0 of any division by zero.', {
  // webgl says 1 whenever both operands are equal, zeros too (kernels/RealDiv.ts): a mean over nothing counts as 1.
  'zero-by-zero': gives(() => div(tensor1d([0, 0, 0]), tensor1d([0, 0, 0])), { values: [NaN, NaN, NaN] }),
  'number-by-zero': gives(() => div(tensor1d([1, -2, 3]), tensor1d([0, 0, 0])), { values: [Infinity, -Infinity, Infinity] }),
  'no-nan': gives(() => divNoNan(tensor1d([0, 1, -1, 6]), tensor1d([0, 0, 0, 3])), { values: [0, 0, 0, 2] }),
  // webgl rounds the operands first; there, on cpu and webgpu the result is int32.
  'floor-of-floats': gives(() => floorDiv(tensor1d([3.6, -3.6, 7.5]), tensor1d([1.3, 1.3, 2])), { values: [2, -3, 3] }),
  broadcast: gives(() => div(tensorOf(dividends), tensorOf(divisors)), () => ({
    shape: [5, 7],
    values: dividends.values.map((value, i) => value / (divisors.values[i % 7] as number)),
    k: ULPS.ELEMENT,
  })),
});

const both = [-Infinity, Infinity, 1];

export const infinities: Check = opTable(
  'An infinity is treated as a number beyond all others.',
  {
    // Packed webgl multiplies by a mask.
    relu: gives(() => relu(tensor1d(both)), { values: [0, Infinity, 1] }),
    sigmoid: gives(() => sigmoid(tensor1d(both.slice(0, 2))), { values: [0, 1] }),
    clip: gives(() => clipByValue(tensor1d(both), -2, 3), { values: [-2, 3, 1] }),
    // webgl starts from -1e20.
    'largest-of-none': gives(() => max(tensor1d([-Infinity, -Infinity])), { shape: [], values: [-Infinity] }),
    'least-of-none': gives(() => min(tensor1d([Infinity, Infinity])), { shape: [], values: [Infinity] }),
    'masked-softmax': gives(() => softmax(tensor2d([[1, -Infinity, 1]])), { shape: [1, 3], values: [0.5, 0, 0.5], k: ULPS.ELEMENT }),
    'masked-log-sum-exp': gives(() => logSumExp(tensor1d([1, -Infinity, 1])), { shape: [], values: [1 + Math.LN2], k: ULPS.ELEMENT }),
  },
);

const withNan = [1, NaN, 3];

export const notANumber: Check = opTable(
  'A NaN is never lost on the way to the loss: whoever trains must see it.',
  {
    sum: gives(() => sum(tensor1d(withNan)), { shape: [], values: [NaN] }),
    // As TensorFlow since 2.4 (#4883).
    largest: gives(() => max(tensor1d(withNan)), { shape: [], values: [NaN] }),
    least: gives(() => min(tensor1d(withNan)), { shape: [], values: [NaN] }),
    // wasm takes the first operand then.
    maximum: gives(() => maximum(tensor1d([5, NaN, 1]), tensor1d([NaN, 5, 2])), { values: [NaN, NaN, 2] }),
    minimum: gives(() => minimum(tensor1d([5, NaN, 1]), tensor1d([NaN, 5, 2])), { values: [NaN, NaN, 1] }),
    relu: gives(() => relu(tensor1d(withNan)), { values: [1, NaN, 3] }),
    // wasm makes it the lower bound; packed webgl leaves its three neighbours unclipped.
    clip: gives(() => clipByValue(tensor1d([5, NaN, -5, 1]), -2, 2), { values: [2, NaN, -2, 1] }),
    softmax: gives(() => softmax(tensor2d([[1, NaN], [0, 0]])), { shape: [2, 2], values: [NaN, NaN, 0.5, 0.5] }),
    'equals-nothing': gives(() => equal(tensor1d([NaN, 1]), tensor1d([NaN, 1])), { dtype: 'bool', values: [0, 1] }),
    'not-chosen': gives(() => where(tensor1d([true, false, true], 'bool'), tensor1d([1, NaN, 3]), tensor1d([NaN, 2, NaN])), { values: [1, 2, 3] }),
  },
);

const bools = (...values: number[]): ReturnType<typeof tensor1d> => tensor1d(values, 'bool');
const int = (...values: number[]): ReturnType<typeof tensor1d> => tensor1d(values, 'int32');
const ids = (): ReturnType<typeof tensor2d> => tensor2d([[0, 1], [2, 0]], [2, 2], 'int32');

export const wholeNumbers: Check = opTable('int32 and bool are exact.', {
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
  // webgpu leaves integers where floats are expected: shaders that move numbers as they lie do not compile.
  'cast-then-transpose': gives(() => transpose(cast(oneHot(ids(), 3), 'float32'), [0, 2, 1]), {
    shape: [2, 3, 2],
    values: [1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0],
  }),
  'cast-then-sum': gives(() => sum(cast(oneHot(ids(), 3), 'float32'), 1), { shape: [2, 3], values: [1, 1, 0, 1, 0, 1] }),
  'cast-of-bool-then-max': gives(() => max(cast(greater(oneHot(ids(), 3), 0), 'float32'), 1), { shape: [2, 3], values: [1, 1, 0, 1, 0, 1] }),
  // On webgpu a shader that moves integers does not compile either.
  'transposed-truth': gives(() => transpose(tensor3d([1, 0, 0, 1, 1, 0], [2, 1, 3], 'bool'), [1, 2, 0]), {
    shape: [1, 3, 2],
    dtype: 'bool',
    values: [1, 1, 0, 1, 0, 0],
  }),
  'sums-along-the-first': gives(() => sum(tensor3d([1, -2, 3, 4, -5, 6], [2, 1, 3], 'int32'), 0), { shape: [1, 3], dtype: 'int32', values: [5, -7, 9] }),
  'sums-so-far-along-the-first': gives(() => cumsum(tensor3d([1, -2, 3, 4, -5, 6], [3, 1, 2], 'int32'), 0), {
    shape: [3, 1, 2],
    dtype: 'int32',
    values: [1, -2, 4, 2, -1, 8],
  }),
  // webgpu adds up the bits of floats; on cpu the sums are floats.
  'sums-of-segments': gives(() => cast(unsortedSegmentSum(tensor2d([[1, -2], [3, 4], [5, 6]], [3, 2], 'int32'), int(1, 0, 1), 2), 'float32'), {
    shape: [2, 2],
    values: [3, 4, 6, 4],
  }),
  // webgpu gives the place an axis of its own.
  'place-of-the-least': gives(() => argMin(tensor1d([1, 3, -2])), { shape: [], dtype: 'int32', values: [2] }),
  'cast-of-negative': gives(() => cast(sub(int(0, 1, 2 ** 24), int(1, 1, 1)), 'float32'), { values: [-1, 0, 2 ** 24 - 1] }),
  where: gives(() => where(bools(1, 0, 1), int(1, 2, 2 ** 24), int(-1, -2, -3)), { dtype: 'int32', values: [1, -2, 2 ** 24] }),
  // wasm writes four bytes for each: over its neighbours, and of more than these few over the memory of others.
  'where-of-bool': gives(() => where(bools(1, 0), bools(1, 1), bools(0, 0)), { dtype: 'bool', values: [1, 0] }),
  // wasm compares the bits of floats.
  clip: gives(() => clipByValue(int(-7, -2, 0, 3, 1000), -2, 3), { dtype: 'int32', values: [-2, -2, 0, 3, 3] }),
  // wasm writes nothing: what comes out is memory that was somebody else's.
  'equal-strings': gives(() => equal(tensor1d(['a', 'b', 'ä', '']), tensor1d(['a', 'a', 'ä', 'b'])), { dtype: 'bool', values: [1, 0, 1, 0] }),
  'count-of-a-mask': gives(() => sum(cast(cast(tensor1d([0, 2, 0.5, -1]), 'bool'), 'int32')), { shape: [], dtype: 'int32', values: [3] }),
});
