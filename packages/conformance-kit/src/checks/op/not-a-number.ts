import { clipByValue, equal, max, maximum, min, minimum, relu, softmax, sum, tensor1d, tensor2d, where } from '@tensorflow/tfjs-core';
import type { Check } from '../check.js';
import { gives, tableOf } from './table.js';

const some = [1, NaN, 3];

export const notANumber: Check = tableOf(
  'A NaN is never lost on the way to the loss: whoever trains must see it.',
  {
    sum: gives(() => sum(tensor1d(some)), { shape: [], values: [NaN] }),
    // As TensorFlow since 2.4 (#4883).
    largest: gives(() => max(tensor1d(some)), { shape: [], values: [NaN] }),
    least: gives(() => min(tensor1d(some)), { shape: [], values: [NaN] }),
    // wasm takes the first operand then.
    maximum: gives(() => maximum(tensor1d([5, NaN, 1]), tensor1d([NaN, 5, 2])), { values: [NaN, NaN, 2] }),
    minimum: gives(() => minimum(tensor1d([5, NaN, 1]), tensor1d([NaN, 5, 2])), { values: [NaN, NaN, 1] }),
    relu: gives(() => relu(tensor1d(some)), { values: [1, NaN, 3] }),
    // wasm makes it the lower bound; packed webgl leaves its three neighbours unclipped.
    clip: gives(() => clipByValue(tensor1d([5, NaN, -5, 1]), -2, 2), { values: [2, NaN, -2, 1] }),
    softmax: gives(() => softmax(tensor2d([[1, NaN], [0, 0]])), { shape: [2, 2], values: [NaN, NaN, 0.5, 0.5] }),
    'equals-nothing': gives(() => equal(tensor1d([NaN, 1]), tensor1d([NaN, 1])), { dtype: 'bool', values: [0, 1] }),
    'not-chosen': gives(() => where(tensor1d([true, false, true], 'bool'), tensor1d([1, NaN, 3]), tensor1d([NaN, 2, NaN])), { values: [1, 2, 3] }),
  },
);
