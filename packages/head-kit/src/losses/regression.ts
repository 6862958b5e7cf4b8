import { mul, onesLike, squaredDifference, sub, zerosLike } from '@tensorflow/tfjs-core';
import type { ElementLoss } from './loss.js';

/** `(x - z)^2`. */
export const squaredError: ElementLoss = {
  name: 'squaredError',
  evaluate(logits, labels, index, out) {
    const difference = (logits[index] as number) - (labels[index] as number);
    out.loss = difference * difference;
    out.derivative = 2 * difference;
    out.curvature = 2;
  },
  compose: (logits, labels) => ({
    get losses() {
      return squaredDifference(logits, labels);
    },
    gradient: () => mul(sub(logits, labels), 2),
    hessianTimes: (vector) => mul(vector, 2),
  }),
};

/** Losses that were computed already, by a function of the user's: they stand in the logits' place. */
export const precomputed: ElementLoss = {
  name: 'precomputed',
  evaluate(losses, _labels, index, out) {
    out.loss = losses[index] as number;
    out.derivative = 1;
    out.curvature = 0;
  },
  compose: (losses) => ({ losses, gradient: () => onesLike(losses), hessianTimes: (vector) => zerosLike(vector) }),
};
