import type { Formula } from './formula.js';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * `-z log(s) - (1 - z) log(1 - s)` with `s = sigmoid(x)`, in the form of TensorFlow's documentation of
 * `sigmoid_cross_entropy_with_logits`, which neither overflows nor takes the logarithm of 0.
 */
export const sigmoidCrossEntropy: Formula = {
  loss: (x, z) => ({ value: Math.max(x, 0) - x * z + Math.log1p(Math.exp(-Math.abs(x))), scale: Math.max(1, Math.abs(x)) }),
  derivative: (x, z) => ({ value: sigmoid(x) - z, scale: 1 }),
  predict: (x) => ({ value: sigmoid(x), scale: 1 }),
};
