import type { Formula } from './formula.js';
import type { Scaled } from './scaled.js';

/** An error of one unit in `x` is one of `|x|` units in `exp(x)`. */
const exp = (x: number): Scaled => ({ value: Math.exp(x), scale: Math.exp(x) * Math.max(1, Math.abs(x)) });

/** `exp(x) - z x`: the negative log likelihood of the count `z` where `x` is the logarithm of the expected count, up to a constant. */
export const logPoisson: Formula = {
  loss: (x, z) => ({ value: exp(x).value - z * x, scale: exp(x).scale + Math.abs(z * x) }),
  derivative: (x, z) => ({ value: exp(x).value - z, scale: exp(x).scale + Math.abs(z) }),
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
