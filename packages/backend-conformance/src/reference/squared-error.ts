import type { Formula } from './formula.js';

/** `(x - z)^2`; the logit is the prediction. */
export const squaredError: Formula = {
  // float32 has the difference of two float32 numbers to half a unit, however much cancels.
  loss: (x, z) => ({ value: (x - z) ** 2, scale: 0 }),
  derivative: (x, z) => ({ value: 2 * (x - z), scale: 0 }),
  predict: (x) => ({ value: x, scale: 0 }),
};
