import { argMax, expandDims, softmax, type Tensor } from '@tensorflow/tfjs-core';
import { BaseHead, Mean, softmaxCrossEntropy, type BaseHeadOptions, type EvalBatch, type MetricDefinition } from '@tfjs-heads/head-kit';
import type { Subject } from '../../src/index.js';

const CLASSES = 3;

/** One of three classes, by a softmax; the labels are their ids. */
export class ClassHead extends BaseHead {
  protected override readonly labelRange = { min: 0, max: CLASSES - 1, whole: true };
  protected readonly elementLoss = softmaxCrossEntropy;
  constructor(options: Partial<BaseHeadOptions>) {
    super({ ...options, logitsDimension: CLASSES });
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
