import { add, equal, exp, expm1, greater, log, maximum, mul, sqrt, sub, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { onHost } from '../values-at-hand.js';
import { whereOfAnyRank } from './device-ops.js';
import { fullPoissonValue, poissonCurvature, poissonDerivative, poissonValue } from './gpu-functions.js';
import { composedOnGpu } from './gpu-program.js';
import type { ComposedLoss, ElementLoss } from './loss.js';

/**
 * The negative log likelihood of a count z under a Poisson distribution of mean exp(x), without the
 * part that does not depend on x: `exp(x) - z x`. A count of 0 times an infinite logit is 0, unlike in the original.
 */
export const logPoisson: ElementLoss = {
  name: 'logPoisson',
  evaluate(logits, labels, index, out) {
    const logit = logits[index] as number;
    const label = labels[index] as number;
    const mean = Math.exp(logit);
    const linear = label * logit;
    out.loss = linear !== linear && label === 0 ? mean : mean - linear;
    out.derivative = difference(logit, label, mean);
    out.curvature = mean;
  },
  compose: (logits, labels) =>
    composedOnGpu(logits, labels, { value: poissonValue, ...gpuDerivatives }) ??
    composedPoisson(logits, labels, (mean) => sub(mean, orZero(labels, logits))),
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
  name: 'fullLogPoisson',
  prefersWalk: 'always',
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
  compose: (logits, labels) =>
    composedOnGpu(logits, labels, { value: fullPoissonValue, ...gpuDerivatives }) ??
    composedPoisson(logits, labels, (mean) => fullLosses(logits, labels, mean)),
};

const gpuDerivatives = { derivative: poissonDerivative, curvature: poissonCurvature };

function composedPoisson(logits: Tensor, labels: Tensor, lossesOf: (mean: Tensor) => Tensor): ComposedLoss {
  const mean = exp(logits);
  return {
    get losses() {
      return lossesOf(mean);
    },
    gradient: () => sub(mean, labels),
    hessianTimes: (vector) => mul(mean, vector),
  };
}

const HALF_LOG_2_PI = 0.5 * Math.log(2 * Math.PI);

/** `exp(x) - z`, also where the prediction is right to more digits than `exp(x)` has. */
function difference(x: number, z: number, mean: number): number {
  const plain = mean - z;
  return Math.abs(plain) < z * 2 ** -20 ? z * Math.expm1(logRatio(x, z)) : plain;
}

function fullLosses(logits: Tensor, labels: Tensor, mean: Tensor): Tensor {
  // The root of a negative label is NaN, as the loss is to be; counts up to 1 have the logarithm 0 instead of a pole.
  const halfLog = log(maximum(sqrt(labels), 1));
  const d = sub(logits, mul(halfLog, 2));
  const above = add(mul(labels, expm1(d)), HALF_LOG_2_PI);
  const exponential = whereOfAnyRank(greater(labels, 1), above, mean);
  return add(sub(exponential, orZero(labels, d)), halfLog);
}

/** `labels * x`, and 0 for a label of 0, which times an infinity would be NaN. */
function orZero(labels: Tensor, x: Tensor): Tensor {
  const product = mul(labels, x);
  const values = onHost(labels);
  if (values === undefined) return whereOfAnyRank(equal(labels, 0), labels, product);
  if (!values.includes(0)) return product;
  const isZero = tensor(
    Uint8Array.from(values, (label) => Number(label === 0)),
    labels.shape,
    'bool',
  );
  return whereOfAnyRank(isZero, labels, product);
}

// How far the logarithm x of a predicted count lies from that of the count z: `d = x - log(z)`, and what a Poisson loss
// makes of it, in doubles. For large counts the loss is a small difference of huge terms, so that these must not cancel.

/** log(2) in two parts; the first times a whole number below 2^21 is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** `x - log(z)` for z > 0, accurate relative to itself, which for large counts is what the loss depends on. */
function logRatio(x: number, z: number): number {
  const ratio = x - Math.log(z);
  if (!(Math.abs(ratio) < 2 ** -6)) return ratio;
  // log(z) has an error of 1e-14 at 1e30, where d is 1e-7 and less: it is better as k log(2) + log(m).
  const k = Math.round(Math.log2(z));
  return x - k * LN2_HIGH - Math.log1p(z * 2 ** -k - 1) - k * LN2_LOW;
}

/** `exp(d) - 1 - d`, for `mean = exp(d) z` and any d, times z. */
function excess(z: number, mean: number, d: number): number {
  if (!(Math.abs(d) < 0.5)) return mean - z * (1 + d);
  let series = 1;
  for (let n = 14; n > 2; n--) series = 1 + (series * d) / n;
  return 0.5 * d * d * series * z;
}
