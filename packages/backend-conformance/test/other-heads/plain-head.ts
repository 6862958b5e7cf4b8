import { abs, cast, clone, customGrad, mul, reshape, sign, sub, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { Features, Head, LossOptions, Metric } from '@tfjs-heads/head-api';
import {
  checkDenseLabels,
  checkLogits,
  checkReduction,
  estimatorSpec,
  headError,
  Mean,
  reduceLoss,
  regularizationScalars,
  sumOfScalars,
  weightsOf,
  withHeadName,
  type BaseHeadOptions,
} from '@tfjs-heads/head-kit';
import type { Subject } from '../../src/index.js';

/** The absolute error, with a gradient of its own. */
const absoluteError = customGrad((...[logits, labels, save]) => {
  const difference = sub(logits as Tensor, labels as Tensor);
  (save as (tensors: Tensor[]) => void)([difference]);
  const gradFunc = (dy: Tensor, [saved]: Tensor[]): Tensor[] => {
    const gradient = mul(dy, sign(saved as Tensor));
    return [gradient, mul(gradient, -1)];
  };
  return { value: abs(difference), gradFunc };
});

type PlainHead = Head<Tensor, Tensor, { readonly predictions: Tensor }>;

/** A head that extends nothing: an object of the shape that the contract says. */
function plainHead({ lossReduction = 'sum_over_batch_size', name, weightColumn }: Partial<BaseHeadOptions>): PlainHead {
  const [averageLoss, regularizationLoss] = ['average_loss', 'regularization_loss'].map((key) =>
    withHeadName(key, name),
  ) as [string, string];

  const lossesOf = (
    givenLabels: Tensor,
    givenLogits: Tensor,
    features: Features | undefined,
  ): { losses: Tensor; weights: Tensor | undefined } => {
    const logits = checkLogits(givenLogits, 1);
    const labels = checkDenseLabels(givenLabels, logits, 1);
    const weights = weightsOf(weightColumn, features, logits, false);
    return {
      losses: absoluteError(logits, cast(reshape(labels, logits.shape), 'float32')),
      weights: weights && reshape(weights, logits.shape),
    };
  };

  const head: PlainHead = {
    apiVersion: 1,
    name,
    logitsDimension: 1,
    lossReduction: checkReduction(lossReduction),
    loss: (labels, logits, { features, regularizationLosses }: LossOptions = {}) =>
      tidy(() => {
        const { losses, weights } = lossesOf(labels, logits, features);
        return sumOfScalars([
          reduceLoss(losses, weights, lossReduction),
          ...(regularizationScalars(regularizationLosses) ?? []),
        ]);
      }),
    predictions: (logits, keys = []) => {
      const unknown = keys.find((key) => key !== 'predictions');
      if (unknown !== undefined)
        throw headError(
          'PREDICTION_KEY_INVALID',
          `The only prediction is 'predictions', but '${unknown}' was asked for.`,
        );
      return { predictions: clone(checkLogits(logits, 1)) };
    },
    metrics: ({ regularizationLosses } = {}) => ({
      [averageLoss]: new Mean(),
      ...(regularizationLosses !== undefined && { [regularizationLoss]: new Mean() }),
    }),
    updateMetrics: (metrics, features, logits, labels, { regularizationLosses } = {}) => {
      const at = (key: string): Metric => {
        const metric = metrics[key];
        if (metric === undefined)
          throw headError(
            'EVAL_METRICS_INVALID',
            `A metric '${key}' is needed, but there are ${Object.keys(metrics).join()}.`,
          );
        return metric;
      };
      tidy(() => {
        const { losses, weights } = lossesOf(labels, logits, features);
        const regularization = regularizationScalars(regularizationLosses);
        at(averageLoss).update(losses, weights);
        if (regularization !== undefined) at(regularizationLoss).update(sumOfScalars(regularization));
      });
      return metrics;
    },
    createEstimatorSpec: (args) => estimatorSpec(head, args),
  };
  return head;
}

export const plain: Subject = {
  create: plainHead,
  metrics: ['average_loss'],
  predictions: { predictions: { lastDimension: 1, dtype: 'float32' } },
};
