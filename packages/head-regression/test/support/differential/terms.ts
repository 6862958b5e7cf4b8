// What the heads must compute, for one logit x and one label z, in doubles. It shares nothing with the packages.

/** A number, and the size of the terms that a form in float32 makes it from. */
export interface Term {
  readonly value: number;
  readonly scale: number;
}

export interface Terms {
  loss(x: number, z: number): Term;
  derivative(x: number, z: number): Term;
  predict(x: number): Term;
  /** Whether the loss is a function of the user's, which computes in float32 everywhere. */
  readonly custom?: true;
}

export interface Model extends Terms {
  /** The keys of the predictions. */
  readonly keys: readonly string[];
}

const itself = (x: number): Term => ({ value: x, scale: 0 });

/** float32 has the difference of two of its numbers to half a unit. */
export const squareTerms: Terms = {
  loss: (x, z) => itself((x - z) ** 2),
  derivative: (x, z) => itself(2 * (x - z)),
  predict: itself,
};

export const halfSquareTerms: Terms = {
  ...squareTerms,
  custom: true,
  loss: (x, z) => itself((x - z) ** 2 / 2),
  derivative: (x, z) => itself(x - z),
};

export const absoluteLoss: Terms = {
  ...squareTerms,
  custom: true,
  loss: (x, z) => itself(Math.abs(x - z)),
  derivative: (x, z) => itself(x > z ? 1 : -1), // as tfjs has it at the kink
};

/** A GPU has exp(x) with an error of |x| units. */
const exp = (x: number): Term => ({ value: Math.exp(x), scale: Math.exp(x) * Math.max(1, Math.abs(x)) });
const sigmoid = (x: number): Term => {
  const value = x > 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
  return { value, scale: value * Math.max(1, Math.abs(x)) };
};

export const logisticTerms: Terms = {
  loss: (x, z) => {
    const tail = Math.log1p(Math.exp(-Math.abs(x)));
    return { value: (x > 0 ? x * (1 - z) : -x * z) + tail, scale: tail * Math.max(1, Math.abs(x)) };
  },
  derivative: (x, z) => {
    const smaller = sigmoid(-Math.abs(x));
    return { value: x > 0 ? 1 - z - smaller.value : smaller.value - z, scale: smaller.scale };
  },
  predict: sigmoid,
};

export const poissonTerms: Terms = {
  loss: (x, z) => ({ value: Math.exp(x) - z * x, scale: exp(x).scale + Math.abs(z * x) }),
  derivative: (x, z) => ({ value: Math.exp(x) - z, scale: exp(x).scale + z }),
  predict: exp,
};

export const fullPoissonTerms: Terms = {
  ...poissonTerms,
  loss: (x, z) => {
    const { value, scale } = poissonTerms.loss(x, z);
    if (z <= 1) return { value, scale };
    const whole = value + z * Math.log(z) - z + Math.log(2 * Math.PI * z) / 2;
    return { value: whole, scale: Math.abs(x * (Math.exp(x) - z)) + exp(x).scale };
  },
};
