import { clipByValue, logSumExp, max, min, relu, sigmoid, softmax, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { ULPS } from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import { gives, tableOf } from './table.js';

const both = [-Infinity, Infinity, 1];

export const infinities: Check = tableOf(
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
