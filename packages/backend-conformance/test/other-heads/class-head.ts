import { argMax, cast, expandDims, logSumExp, mul, oneHot, reshape, softmax, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { Labels } from '@tfjs-heads/head-api';
import { BaseHead, checkDenseLabels, Mean, type BaseHeadOptions, type EvalBatch, type LabelRange, type LossFn, type MetricDefinition } from '@tfjs-heads/head-kit';
import type { Subject } from '../../src/index.js';

const CLASSES = 3;

/** One of three classes, by a softmax; the labels are their ids. */
class ClassHead extends BaseHead {
  protected override readonly labelRange: LabelRange = { min: 0, max: CLASSES - 1 };
  protected readonly elementLoss: LossFn = ({ labels, logits }) => {
    const ids = cast(reshape(labels, labels.shape.slice(0, -1)), 'int32');
    const chosen = cast(oneHot(ids, CLASSES), 'float32');
    return sub(logSumExp(logits, -1, true), sum(mul(logits, chosen), -1, true));
  };
  constructor(options: Partial<BaseHeadOptions>) {
    super({ ...options, logitsDimension: CLASSES });
  }
  protected override get lossDimension(): number {
    return 1;
  }
  protected override checkLabels(labels: Labels, logits: Tensor): Tensor {
    return checkDenseLabels(labels, logits, 1);
  }
  protected predictors(logits: Tensor): Record<string, () => Tensor> {
    return { logits: () => logits, probabilities: () => softmax(logits), class_ids: () => expandDims(argMax(logits, -1), -1) };
  }
  protected metricDefinitions(regularization: readonly MetricDefinition[]): MetricDefinition[] {
    return [
      { key: 'accuracy', create: () => new Mean(), inputs: (batch) => [{ values: hits(batch), shape: batch.losses.shape }, batch.weights] },
      { key: 'average_loss', create: () => new Mean(), inputs: ({ losses, weights }) => [losses, weights] },
      ...regularization,
    ];
  }
}

/** 1 where the largest logit is that of the label. */
function hits({ logits, labels }: EvalBatch): number[] {
  return Array.from(labels.values, (label, row) => {
    const all = Array.from({ length: CLASSES }, (_, i) => logits.values[row * CLASSES + i] as number);
    return Number(all.indexOf(Math.max(...all)) === label);
  });
}

export const classHead: Subject = {
  create: (options) => new ClassHead(options),
  labels: 'class',
  labelsOutOfRange: [-1, CLASSES],
  metrics: ['accuracy', 'average_loss'],
  predictions: {
    logits: { lastDimension: CLASSES, dtype: 'float32' },
    probabilities: { lastDimension: CLASSES, dtype: 'float32' },
    class_ids: { lastDimension: 1, dtype: 'int32' },
  },
};
