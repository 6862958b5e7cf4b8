import { sigmoidCrossEntropy } from './formulas.js';
import { inFloat32, over, type Scaled, sumOf } from './scaled.js';
import { softmaxOf } from './softmax.js';

/** The loss of one row of logits `x` and its labels `z`, as a formula in doubles: one label for each logit, or the id of a class. */
export interface RowFormula {
  loss(x: readonly number[], z: readonly number[]): Scaled;
  /** The derivative of the loss by each logit. */
  gradient(x: readonly number[], z: readonly number[]): readonly Scaled[];
  /** The second derivatives, by each pair of logits. */
  hessian(x: readonly number[], z: readonly number[]): readonly (readonly Scaled[])[];
  /** The probability of each class. */
  predict(x: readonly number[]): readonly Scaled[];
}

/** `log(sum(exp(x))) - x[z]`, where `z` is one id. */
export const softmaxCrossEntropy: RowFormula = {
  loss: (x, [id]) => {
    const largest = Math.max(...x);
    const ofLabel = x[id as number] as number;
    const value = Math.log(x.reduce((sum, each) => sum + Math.exp(each - largest), 0)) + largest - ofLabel;
    return { value, scale: Math.max(1, Math.abs(largest - ofLabel)) };
  },
  gradient: (x, [id]) => probabilities(x).map((p, i) => ({ value: i === id ? p - 1 : p, scale: 1 })),
  hessian: (x) => {
    const p = probabilities(x);
    return p.map((a, i) => p.map((b, j) => ({ value: (i === j ? a : 0) - a * b, scale: 1 })));
  },
  predict: (x) => probabilities(x).map((value) => ({ value, scale: 1 })),
};

/** The mean of the sigmoid cross entropies of a row, where each logit has a label of its own. */
export const multiLabelCrossEntropy: RowFormula = {
  loss: (x, z) => over(sumOf(x.map((each, i) => inFloat32(sigmoidCrossEntropy.loss(each, z[i] as number)))), x.length),
  gradient: (x, z) => x.map((each, i) => over(sigmoidCrossEntropy.derivative(each, z[i] as number), x.length)),
  hessian: (x, z) =>
    x.map((each, i) =>
      x.map((_, j) =>
        i === j ? over(sigmoidCrossEntropy.curvature(each, z[i] as number), x.length) : { value: 0, scale: 0 },
      ),
    ),
  predict: (x) => x.map(sigmoidCrossEntropy.predict),
};

function probabilities(x: readonly number[]): readonly number[] {
  return softmaxOf({ shape: [x.length], values: x }).values;
}
