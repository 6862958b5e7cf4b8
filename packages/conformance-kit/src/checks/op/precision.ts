import { add, mul, sub, tensor1d } from '@tensorflow/tfjs-core';
import { ULPS } from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import { gives, tableOf } from './table.js';

export const precision: Check = tableOf('Floats have 32 bits, and the backend says so.', {
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
