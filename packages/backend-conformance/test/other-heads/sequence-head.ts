import { cast, div, ones, reshape, sum, tidy, where, zerosLike, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { Features, Head, LossOptions } from '@tfjs-heads/head-api';
import {
  checkDenseLabels,
  checkLogits,
  checkReduction,
  estimatorSpec,
  headError,
  regularizationScalars,
  sumOfScalars,
  weightsOf,
  type BaseHeadOptions,
} from '@tfjs-heads/head-kit';
import { LogisticRegressionHead } from '@tfjs-heads/head-regression';
import type { Subject } from '../../src/index.js';

const MASK = 'steps';
const COLUMN = 'effective weights';

type SequenceHead = Head<Tensor, Tensor, { readonly predictions: Tensor; readonly logits: Tensor }>;

/** The steps of sequences, all `[B, T, 1]`. */
export interface Steps {
  readonly logits: Tensor;
  readonly labels: Tensor;
  readonly weights: Tensor;
}

/** What is done about the steps that only fill a sequence up, and how many are counted. */
export type Clear = (steps: Steps, counts: Tensor) => Steps & { readonly size: Scalar };

/** They are 0 whatever stands there, and weigh nothing. */
export const clear: Clear = ({ logits, labels, weights }, counts) => {
  const only = (values: Tensor): Tensor => where(counts, values, zerosLike(values));
  const size: Scalar = sum(cast(counts, 'float32'));
  return { logits: only(logits), labels: only(labels), weights: only(weights), size };
};

/** A yes or no at each step of sequences of unequal lengths: a mask says which steps there are. */
export function sequenceHead(options: Partial<BaseHeadOptions>, clearing: Clear = clear): SequenceHead {
  const { lossReduction = 'sum_over_batch_size', name, weightColumn } = options;
  const inner = new LogisticRegressionHead({ lossReduction: 'sum', name, weightColumn: COLUMN });

  const stepsOf = (givenLabels: Tensor, givenLogits: Tensor, features: Features | undefined): ReturnType<Clear> => {
    const logits = checkLogits(givenLogits, 1);
    const labels = cast(reshape(checkDenseLabels(givenLabels, logits, 1), logits.shape), 'float32');
    const given = weightsOf(weightColumn, features, logits, false);
    const weights = given === undefined ? ones(logits.shape) : cast(reshape(given, logits.shape), 'float32');
    const mask = features?.[MASK] as Tensor | undefined;
    if (mask?.size !== logits.size)
      throw headError(
        'INVALID_ARGUMENT',
        `The feature '${MASK}' must be a mask of ${logits.size} steps, got ${mask?.size}.`,
      );
    return clearing({ logits, labels, weights }, reshape(cast(mask, 'bool'), logits.shape));
  };

  const head: SequenceHead = {
    apiVersion: 1,
    name,
    logitsDimension: 1,
    lossReduction: checkReduction(lossReduction),
    loss: (givenLabels, givenLogits, { features, regularizationLosses }: LossOptions = {}) =>
      tidy(() => {
        const { labels, logits, weights, size } = stepsOf(givenLabels, givenLogits, features);
        const total = inner.loss(labels, logits, { features: { [COLUMN]: weights } });
        const loss: Scalar = lossReduction === 'sum' ? total : div(total, size);
        return sumOfScalars([loss, ...(regularizationScalars(regularizationLosses) ?? [])]);
      }),
    predictions: (logits, keys) => inner.predictions(logits, keys) as never,
    metrics: (given) => inner.metrics(given),
    updateMetrics: (metrics, features, givenLogits, givenLabels, given) => {
      tidy(() => {
        const { labels, logits, weights } = stepsOf(givenLabels, givenLogits, features);
        inner.updateMetrics(metrics, { [COLUMN]: weights }, logits, labels, given);
      });
      return metrics;
    },
    createEstimatorSpec: (args) => estimatorSpec(head, args),
  };
  return head;
}

export const sequences: Subject = {
  create: (options) => sequenceHead(options),
  labels: 'probability',
  labelsOutOfRange: [-0.5, 1.5],
  mask: MASK,
  metrics: ['average_loss', 'prediction/mean', 'label/mean'],
  predictions: { predictions: { lastDimension: 1, dtype: 'float32' }, logits: { lastDimension: 1, dtype: 'float32' } },
};
