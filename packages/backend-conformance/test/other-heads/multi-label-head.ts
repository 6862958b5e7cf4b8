import { sigmoid, type Tensor } from '@tensorflow/tfjs-core';
import {
  BaseHead,
  LabelRange,
  meanMetric,
  meanOverRow,
  sigmoidCrossEntropy,
  type BaseHeadOptions,
  type MetricDefinition,
} from '@tfjs-heads/head-kit';
import type { Subject } from '../../src/index.js';

const CLASSES = 3;

/** Any number of three classes, as the original's MultiLabelHead: the loss of a row is the mean over its classes. */
export class MultiLabelHead extends BaseHead<Tensor, { readonly logits: Tensor; readonly probabilities: Tensor }> {
  protected override readonly labelRange = new LabelRange({ min: 0, max: 1, whole: true });
  protected readonly elementLoss = meanOverRow(sigmoidCrossEntropy);
  constructor(options: Partial<BaseHeadOptions>) {
    super({ ...options, logitsDimension: CLASSES });
  }
  protected predictors(logits: Tensor) {
    return { logits: () => logits, probabilities: () => sigmoid(logits) };
  }
  protected metricDefinitions(regularization: readonly MetricDefinition[]): MetricDefinition[] {
    return [meanMetric('average_loss', 'losses'), ...regularization];
  }
}

export const multiLabelHead: Subject = {
  create: (options) => new MultiLabelHead(options),
  labels: 'binary',
  labelsOutOfRange: [-1, 2],
  metrics: ['average_loss'],
  predictions: {
    logits: { lastDimension: CLASSES, dtype: 'float32' },
    probabilities: { lastDimension: CLASSES, dtype: 'float32' },
  },
};
