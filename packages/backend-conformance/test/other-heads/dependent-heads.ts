import { add, cast, equal, greaterEqual, logSumExp, mul, reshape, sub, type Tensor } from '@tensorflow/tfjs-core';
import { RegressionHead } from '@tfjs-heads/head-regression';
import type { LossFn } from '@tfjs-heads/head-kit';
import type { Subject } from '../../src/index.js';

const metrics = ['average_loss', 'prediction/mean', 'label/mean'];

const row = (x: Tensor): Tensor => reshape(x, [1, -1]);
const column = (x: Tensor): Tensor => reshape(x, [-1, 1]);

/** For each row, the logarithm of the sum of the exponentials of all logits that it is compared with; a mask of 1 and 0 says which. */
function among(logits: Tensor, mask: Tensor): Tensor {
  return reshape(logSumExp(add(row(logits), mul(sub(cast(mask, 'float32'), 1), 1e9)), -1), logits.shape);
}

/** Cox' partial likelihood: each event among those who were at risk then. Labels are times. */
export const coxLoss: LossFn = ({ labels, logits, features }) =>
  mul(features.event as Tensor, sub(among(logits, greaterEqual(row(labels), column(labels))), logits));

export const coxHead: Subject = {
  create: (options) => new RegressionHead({ ...options, lossFn: coxLoss }),
  labels: 'positive',
  weights: 'logits',
  features: { event: { kind: 'binary' } },
  rows: 'dependent',
  metrics,
};

/** Ranking by a softmax over the list that a row is in: those with the same `query`. Labels are relevances. */
export const listwiseLoss: LossFn = ({ labels, logits, features }) => {
  const query = features.query as Tensor;
  return mul(labels, sub(among(logits, equal(row(query), column(query))), logits));
};

export const listwiseHead: Subject = {
  create: (options) => new RegressionHead({ ...options, lossFn: listwiseLoss }),
  labels: 'binary',
  weights: 'logits',
  features: { query: { kind: 'class', classes: 3 } },
  rows: 'dependent',
  metrics,
};
