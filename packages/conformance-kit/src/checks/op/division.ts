import { div, divNoNan, tensor1d } from '@tensorflow/tfjs-core';
import { tensorOf } from '../../batch.js';
import { ULPS } from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import { drawn } from './doubles.js';
import { gives, tableOf } from './table.js';

const dividends = drawn([5, 7], 11);
const divisors = drawn([7], 12, 1, 3);

export const division: Check = tableOf('A quotient is that of IEEE 754, and divNoNan makes 0 of any division by zero.', {
  // webgl says 1 whenever both operands are equal, zeros too (kernels/RealDiv.ts): a mean over nothing counts as 1.
  'zero-by-zero': gives(() => div(tensor1d([0, 0, 0]), tensor1d([0, 0, 0])), { values: [NaN, NaN, NaN] }),
  'number-by-zero': gives(() => div(tensor1d([1, -2, 3]), tensor1d([0, 0, 0])), { values: [Infinity, -Infinity, Infinity] }),
  'no-nan': gives(() => divNoNan(tensor1d([0, 1, -1, 6]), tensor1d([0, 0, 0, 3])), { values: [0, 0, 0, 2] }),
  broadcast: gives(() => div(tensorOf(dividends), tensorOf(divisors)), () => ({
    shape: [5, 7],
    values: dividends.values.map((value, i) => value / (divisors.values[i % 7] as number)),
    k: ULPS.ELEMENT,
  })),
});
