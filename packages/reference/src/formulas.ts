import type { Scaled } from './scaled.js';

/** A loss of one logit `x` and one label `z`, as a formula in doubles. */
export interface Formula {
  loss(x: number, z: number): Scaled;
  /** The derivative of the loss by `x`. */
  derivative(x: number, z: number): Scaled;
  /** The second derivative by `x`. */
  curvature(x: number, z: number): Scaled;
  /** What the logit predicts: the inverse link. */
  predict(x: number): Scaled;
}

/** `(x - z)^2`; the logit is the prediction. */
export const squaredError: Formula = {
  // float32 has the difference of two float32 numbers to half a unit, however much cancels.
  loss: (x, z) => ({ value: (x - z) ** 2, scale: 0 }),
  derivative: (x, z) => ({ value: 2 * (x - z), scale: 0 }),
  curvature: () => ({ value: 2, scale: 0 }),
  predict: (x) => ({ value: x, scale: 0 }),
};

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * `-z log(s) - (1 - z) log(1 - s)` with `s = sigmoid(x)`, in the form of TensorFlow's documentation of
 * `sigmoid_cross_entropy_with_logits`, which neither overflows nor takes the logarithm of 0.
 */
export const sigmoidCrossEntropy: Formula = {
  loss: (x, z) => ({
    value: Math.max(x, 0) - x * z + Math.log1p(Math.exp(-Math.abs(x))),
    scale: Math.max(1, Math.abs(x)),
  }),
  derivative: (x, z) => ({ value: sigmoid(x) - z, scale: 1 }),
  curvature: (x) => ({ value: sigmoid(x) * sigmoid(-x), scale: 1 }),
  predict: (x) => ({ value: sigmoid(x), scale: 1 }),
};

/** An error of one unit in `x` is one of `|x|` units in `exp(x)`. */
const exp = (x: number): Scaled => ({ value: Math.exp(x), scale: Math.exp(x) * Math.max(1, Math.abs(x)) });

/** `exp(x) - z x`: the negative log likelihood of the count `z` where `x` is the logarithm of the expected count, up to a constant. */
export const logPoisson: Formula = {
  loss: (x, z) => ({ value: exp(x).value - z * x, scale: exp(x).scale + Math.abs(z * x) }),
  derivative: (x, z) => ({ value: exp(x).value - z, scale: exp(x).scale + Math.abs(z) }),
  curvature: exp,
  predict: exp,
};

/** The same with the constant `log(z!)`, by Stirling's approximation, for labels above 1: 0 and 1 have none, negative ones NaN. */
export const fullLogPoisson: Formula = {
  ...logPoisson,
  loss: (x, z) => {
    const { value, scale } = logPoisson.loss(x, z);
    if (z < 0) return { value: NaN, scale: 0 };
    if (z <= 1) return { value, scale };
    const terms = [z * Math.log(z), -z, Math.log(2 * Math.PI * z) / 2] as const;
    return {
      value: value + terms[0] + terms[1] + terms[2],
      scale: scale + Math.abs(terms[0]) + Math.abs(terms[1]) + Math.abs(terms[2]),
    };
  },
};
