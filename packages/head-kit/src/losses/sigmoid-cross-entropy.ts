import { abs, add, cast, greater, mul, neg, sigmoid, softplus, sub } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expOfMinus, log1pOfUnit } from './decay.js';
import type { ElementLoss } from './element-loss.js';
import { logisticCurvature, logisticDerivative, logisticValue } from './gpu-functions.js';
import { runOnGpu } from './gpu-program.js';
import { whereOfAnyRank } from './where-of-any-rank.js';

/**
 * The logistic loss of a logit x and a label z in [0, 1], soft labels included: with h = 1 for x > 0 and else 0, it is
 * `x (h - z) + log(1 + exp(-|x|))`, and its derivative `h - z - sign(x) sigmoid(-|x|)`.
 *
 * Of these terms none cancel, so that the small loss of an example that is predicted right with great confidence, and its
 * gradient, have all of their digits.
 */
export const sigmoidCrossEntropy: ElementLoss = {
  name: 'sigmoidCrossEntropy',
  evaluate(logits, labels, index, out) {
    const logit = logits[index] as number;
    const label = labels[index] as number;
    const decay = expOfMinus(Math.abs(logit));
    const smaller = decay / (1 + decay); // sigmoid(-|x|)
    out.loss = (logit > 0 ? logit * (1 - label) : -logit * label) + log1pOfUnit(decay);
    out.derivative = logit > 0 ? 1 - label - smaller : smaller - label;
    out.curvature = smaller * (1 - smaller);
  },
  value: (logits, labels) => runOnGpu(logisticValue, [logits, labels]) ?? common(logits, labels).value(),
  derivative: (logits, labels) => runOnGpu(logisticDerivative, [logits, labels]) ?? common(logits, labels).derivative(),
  curvature: (logits, labels) => runOnGpu(logisticCurvature, [logits, labels]) ?? mul(sigmoid(logits), sigmoid(neg(logits))),
  valueAndDerivative(logits, labels) {
    const onGpu = runOnGpu(logisticValue, [logits, labels]);
    if (onGpu !== undefined) return [onGpu, sigmoidCrossEntropy.derivative(logits, labels)];
    const { value, derivative } = common(logits, labels);
    return [value(), derivative()];
  },
};

/** What value and derivative have in common, composed of ops. */
function common(logits: Tensor, labels: Tensor): { value(): Tensor; derivative(): Tensor } {
  const positive = greater(logits, 0);
  const miss = sub(cast(positive, 'float32'), labels);
  const minus = neg(abs(logits));
  return {
    // Of what is not above 0, softplus is right to 8 units of float32, except on GPUs, which have their own program.
    value: () => add(mul(logits, miss), softplus(minus)),
    derivative: () => {
      const smaller = sigmoid(minus);
      return whereOfAnyRank(positive, sub(miss, smaller), add(miss, smaller));
    },
  };
}
