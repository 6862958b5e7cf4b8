import { fill, mul, squaredDifference, sub } from '@tensorflow/tfjs-core';
import type { ElementLoss } from './element-loss.js';

/** `(x - z)^2`. */
export const squaredError: ElementLoss = {
  name: 'squaredError',
  evaluate(logits, labels, index, out) {
    const difference = (logits[index] as number) - (labels[index] as number);
    out.loss = difference * difference;
    out.derivative = 2 * difference;
    out.curvature = 2;
  },
  value: (logits, labels) => squaredDifference(logits, labels),
  derivative: (logits, labels) => mul(sub(logits, labels), 2),
  curvature: (logits) => fill(logits.shape, 2),
};
