import { logSoftmax, logSumExp, softmax, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { tensorOf } from '../../batch.js';
import { ULPS, mapValues } from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import { drawn, softmaxOf } from './doubles.js';
import { gives, tableOf } from './table.js';

const logits = drawn([5, 7], 61, -8, 8);
const third = 1 / 3;

export const softmaxes: Check = tableOf('A softmax is a distribution however large the logits are, and a class that is masked has probability 0.', {
  softmax: gives(() => softmax(tensorOf(logits)), () => ({ ...softmaxOf(logits), k: ULPS.ELEMENT, scale: 1 })),
  'log-softmax': gives(() => logSoftmax(tensorOf(logits)), () => ({ ...mapValues(softmaxOf(logits), Math.log), k: ULPS.ELEMENT, scale: 8 })),
  large: gives(() => softmax(tensor2d([[1000, 1000, 1000], [-1000, 0, -2000]])), {
    shape: [2, 3],
    values: [third, third, third, 0, 1, 0],
    k: ULPS.ELEMENT,
  }),
  'log-large': gives(() => logSoftmax(tensor2d([[1000, 0, -1000]])), { shape: [1, 3], values: [0, -1000, -2000], k: ULPS.ELEMENT }),
  // Masks are -1e9 by custom (#5394).
  'masked-by-a-large-number': gives(() => softmax(tensor2d([[1, -1e9, 1]])), { shape: [1, 3], values: [0.5, 0, 0.5], k: ULPS.ELEMENT }),
  'log-sum-exp': gives(() => logSumExp(tensor1d([1000, 1000, 0])), { shape: [], values: [1000 + Math.LN2], k: ULPS.ELEMENT }),
});
