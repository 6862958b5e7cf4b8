import { add, exp, fill, greater, greaterEqual, log, mul, sub, zerosLike } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ElementLoss } from './element-loss.js';
import { whereOfAnyRank } from './where-of-any-rank.js';

/**
 * The negative log likelihood of a count z under a Poisson distribution of mean exp(x), without the
 * part that does not depend on x: `exp(x) - z x`.
 */
export const logPoisson: ElementLoss = {
  name: 'logPoisson',
  evaluate(logits, labels, index, out) {
    const logit = logits[index] as number;
    const label = labels[index] as number;
    const mean = Math.exp(logit);
    out.loss = mean - label * logit;
    out.derivative = mean - label;
    out.curvature = mean;
  },
  value: (logits, labels) => sub(exp(logits), mul(labels, logits)),
  derivative: (logits, labels) => sub(exp(logits), labels),
  curvature: (logits) => exp(logits),
};

/**
 * {@link logPoisson} plus Stirling's approximation of `log(z!)`, which is taken as 0 for
 * `0 <= z <= 1`. A negative label gives NaN.
 */
export const fullLogPoisson: ElementLoss = {
  ...logPoisson,
  name: 'fullLogPoisson',
  evaluate(logits, labels, index, out) {
    const label = labels[index] as number;
    logPoisson.evaluate(logits, labels, index, out);
    out.loss += stirling(label);
  },
  value: (logits, labels) => add(logPoisson.value(logits, labels), stirlingOf(labels)),
};

function stirling(label: number): number {
  if (label > 1) return label * Math.log(label) - label + 0.5 * Math.log(2 * Math.PI * label);
  return label >= 0 ? 0 : NaN;
}

function stirlingOf(labels: Tensor): Tensor {
  const approximation = add(sub(mul(labels, log(labels)), labels), mul(log(mul(labels, 2 * Math.PI)), 0.5));
  const positive = whereOfAnyRank(greater(labels, 1), approximation, zerosLike(labels));
  // Said outright, since not every device has NaN for the logarithm of a negative number.
  return whereOfAnyRank(greaterEqual(labels, 0), positive, fill(labels.shape, NaN));
}
