import { fill, mul, squaredDifference, sub } from '@tensorflow/tfjs-core';
import type { ElementLoss } from './element-loss.js';

/** `(x - z)^2`. */
export const squaredError: ElementLoss = {
  name: 'squaredError',
  evaluate(logit, label, out) {
    const difference = logit - label;
    out[0] = difference * difference;
    out[1] = 2 * difference;
    out[2] = 2;
  },
  value: (logits, labels) => squaredDifference(logits, labels),
  derivative: (logits, labels) => mul(sub(logits, labels), 2),
  curvature: (logits) => fill(logits.shape, 2),
};
