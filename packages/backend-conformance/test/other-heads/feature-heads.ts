import { add, exp, expm1, log, mul, sub, type Tensor } from '@tensorflow/tfjs-core';
import { RegressionHead } from '@tfjs-heads/head-regression';
import type { LossFn } from '@tfjs-heads/head-kit';
import type { Subject } from '../../src/index.js';

/** tfjs' gradient of exp is made of its output, which has no gradient of its own; that of expm1 is made of its input. */
const expOf = (x: Tensor): Tensor => add(expm1(x), 1);

const metrics = ['average_loss', 'prediction/mean', 'label/mean'];

/** Counts of events, each over an exposure of its own: the logit is the logarithm of the rate. */
export const exposureLoss: LossFn = ({ labels, logits, features }) => {
  const exposure = features.exposure as Tensor;
  return sub(mul(expOf(logits), exposure), mul(labels, add(logits, log(exposure))));
};

export const exposureHead: Subject = {
  create: (options) => new RegressionHead({ ...options, lossFn: exposureLoss, inverseLinkFn: exp }),
  labels: 'count',
  weights: 'logits',
  features: { exposure: { kind: 'positive' } },
  metrics,
};

/** Times until an event of a constant hazard, whose logarithm the logit is; where `event` is 0 the time is one until nobody looked any more. */
export const survivalLoss: LossFn = ({ labels, logits, features }) =>
  sub(mul(expOf(logits), labels), mul(features.event as Tensor, logits));

export const survivalHead: Subject = {
  create: (options) => new RegressionHead({ ...options, lossFn: survivalLoss, inverseLinkFn: exp }),
  labels: 'positive',
  weights: 'logits',
  features: { event: { kind: 'binary' } },
  metrics,
  goldens: new URL('survival-head.json', import.meta.url),
};
