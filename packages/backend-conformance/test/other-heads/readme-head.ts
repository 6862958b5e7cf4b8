import { abs, cast, clone, customGrad, mul, neg, reshape, sign, sub, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Head, Reduction } from '@tfjs-heads/head-api';
import {
  checkDenseLabels,
  checkLogits,
  checkOptions,
  checkReduction,
  estimatorSpec,
  headError,
  Mean,
  quote,
  reduceLoss,
  regularizationScalars,
  sumOfScalars,
  withHeadName,
} from '@tfjs-heads/head-kit';

/** With a gradient of its own: a head should need none that is registered. */
const absoluteError = customGrad((...[logits, labels, save]) => {
  const difference = sub(logits as Tensor, labels as Tensor);
  (save as (tensors: Tensor[]) => void)([difference]);
  const gradFunc = (dy: Tensor, [saved]: Tensor[]): Tensor[] => {
    const gradient = mul(dy, sign(saved as Tensor));
    return [gradient, neg(gradient)];
  };
  return { value: abs(difference), gradFunc };
});

function lossesOf(labels: Tensor, logits: Tensor): Tensor {
  const checked = checkLogits(logits, 1);
  return absoluteError(checked, reshape(cast(checkDenseLabels(labels, checked, 1), 'float32'), checked.shape));
}

interface Options {
  readonly name?: string | undefined;
  readonly lossReduction?: Reduction | undefined;
}

/** It takes labels and logits that are tensors, and gives one prediction. */
type AbsoluteErrorHead = Head<Tensor, Tensor, { readonly predictions: Tensor }>;

export function absoluteErrorHead(options?: Options): AbsoluteErrorHead {
  const { name, lossReduction = 'sum_over_batch_size' } = checkOptions('absoluteErrorHead', options, [
    'name',
    'lossReduction',
  ]);
  const averageLoss = withHeadName('average_loss', name);
  const regularizationLoss = withHeadName('regularization_loss', name);
  const head: AbsoluteErrorHead = {
    apiVersion: 1,
    name,
    logitsDimension: 1,
    lossReduction: checkReduction(lossReduction),
    loss: (labels, logits, { regularizationLosses } = {}) =>
      tidy(() => {
        const scalars = regularizationScalars(regularizationLosses) ?? [];
        return sumOfScalars([reduceLoss(lossesOf(labels, logits), undefined, lossReduction), ...scalars]);
      }),
    predictions(logits, keys = []) {
      const unknown = keys.find((key) => key !== 'predictions');
      if (unknown !== undefined)
        throw headError('PREDICTION_KEY_INVALID', `The prediction is 'predictions', got ${quote(unknown)}.`);
      return tidy(() => ({ predictions: clone(checkLogits(logits, 1)) }));
    },
    metrics: ({ regularizationLosses } = {}) => ({
      [averageLoss]: new Mean(),
      ...(regularizationLosses && { [regularizationLoss]: new Mean() }),
    }),
    updateMetrics(metrics, _features, logits, labels, { regularizationLosses } = {}) {
      const { [averageLoss]: average, [regularizationLoss]: regularization } = metrics;
      if (average === undefined || (regularizationLosses && regularization === undefined)) {
        throw headError(
          'EVAL_METRICS_INVALID',
          `evalMetrics must have '${averageLoss}' and, with penalties, '${regularizationLoss}'.`,
        );
      }
      tidy(() => {
        const losses = lossesOf(labels, logits);
        const scalars = regularizationScalars(regularizationLosses);
        // All checks are done; what is read from a GPU later, update keeps until then.
        average.update(losses);
        if (scalars !== undefined) regularization?.update(sumOfScalars(scalars));
      });
      return metrics;
    },
    createEstimatorSpec: (args) => estimatorSpec(head, args),
  };
  return head;
}
