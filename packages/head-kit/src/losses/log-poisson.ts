import { add, exp, expm1, greater, log, maximum, mul, sqrt, sub } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ElementLoss } from './element-loss.js';
import { fullPoissonValue, poissonCurvature, poissonDerivative, poissonValue } from './gpu-functions.js';
import { runOnGpu } from './gpu-program.js';
import { excess, logRatio } from './poisson-deviance.js';
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
    out.derivative = difference(logit, label, mean);
    out.curvature = mean;
  },
  value: (logits, labels) => runOnGpu(poissonValue, [logits, labels]) ?? sub(exp(logits), mul(labels, logits)),
  derivative: (logits, labels) => runOnGpu(poissonDerivative, [logits, labels]) ?? sub(exp(logits), labels),
  curvature: (logits, labels) => runOnGpu(poissonCurvature, [logits, labels]) ?? exp(logits),
  valueAndDerivative(logits, labels) {
    const onGpu = runOnGpu(poissonValue, [logits, labels]);
    if (onGpu !== undefined) return [onGpu, logPoisson.derivative(logits, labels)];
    const mean = exp(logits);
    return [sub(mean, mul(labels, logits)), sub(mean, labels)];
  },
};

/**
 * {@link logPoisson} plus Stirling's approximation of `log(z!)`, which is taken as 0 for
 * `0 <= z <= 1`. A negative label gives NaN.
 *
 * With d = x - log(z) that is `z (exp(d) - 1 - d) + log(2 pi z) / 2` for counts above 1: the terms of the textbook's
 * form, which are of the size of z log(z), would cancel. Composed of ops, d is right to half a unit of log(z) in float32, and
 * so the loss is for a logit that is off by no more than its own last place; loops and programs of GPUs have d in two parts.
 */
export const fullLogPoisson: ElementLoss = {
  ...logPoisson,
  name: 'fullLogPoisson',
  hostIsFiner: true,
  evaluate(logits, labels, index, out) {
    logPoisson.evaluate(logits, labels, index, out);
    const label = labels[index] as number;
    if (label > 1) {
      const logit = logits[index] as number;
      out.loss = excess(label, out.curvature, logRatio(logit, label)) + 0.5 * Math.log(label) + HALF_LOG_2_PI;
    } else if (!(label >= 0)) {
      out.loss = NaN;
    }
  },
  value: (logits, labels) => runOnGpu(fullPoissonValue, [logits, labels]) ?? fullValue(logits, labels, exp(logits)),
  valueAndDerivative(logits, labels) {
    const onGpu = runOnGpu(fullPoissonValue, [logits, labels]);
    if (onGpu !== undefined) return [onGpu, logPoisson.derivative(logits, labels)];
    const mean = exp(logits);
    return [fullValue(logits, labels, mean), sub(mean, labels)];
  },
};

const HALF_LOG_2_PI = 0.5 * Math.log(2 * Math.PI);

/** `exp(x) - z`, also where the prediction is right to more digits than `exp(x)` has. */
function difference(x: number, z: number, mean: number): number {
  const plain = mean - z;
  return Math.abs(plain) < z * 2 ** -20 ? z * Math.expm1(logRatio(x, z)) : plain;
}

function fullValue(logits: Tensor, labels: Tensor, mean: Tensor): Tensor {
  // The root of a negative label is NaN, as the loss is to be; counts up to 1 have the logarithm 0 instead of a pole.
  const halfLog = log(maximum(sqrt(labels), 1));
  const d = sub(logits, mul(halfLog, 2));
  const above = add(mul(labels, expm1(d)), HALF_LOG_2_PI);
  const exponential = whereOfAnyRank(greater(labels, 1), above, mean);
  return add(sub(exponential, mul(labels, d)), halfLog);
}
