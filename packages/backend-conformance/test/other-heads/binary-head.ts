import { sigmoid, type Tensor } from '@tensorflow/tfjs-core';
import {
  BaseHead,
  meanMetric,
  sigmoidCrossEntropy,
  type BaseHeadOptions,
  LabelRange,
  type MetricDefinition,
} from '@tfjs-heads/head-kit';
import type { Subject } from '../../src/index.js';

/** Several yes-or-no questions at once, with a weight for each. */
class BinaryHead extends BaseHead<Tensor, { readonly probabilities: Tensor }> {
  protected override readonly labelRange = new LabelRange({ min: 0, max: 1 });
  protected readonly elementLoss = sigmoidCrossEntropy;
  constructor(options: Partial<BaseHeadOptions>) {
    super({ ...options, logitsDimension: 2 });
  }
  protected predictors(logits: Tensor) {
    return { probabilities: () => sigmoid(logits) };
  }
  protected metricDefinitions(regularization: readonly MetricDefinition[]): MetricDefinition[] {
    return [meanMetric('average_loss', 'losses'), ...regularization];
  }
}

export const binaryHead: Subject = {
  create: (options) => new BinaryHead(options),
  labels: 'binary',
  labelsOutOfRange: [-1, 2],
  weights: 'logits',
  metrics: ['average_loss'],
  predictions: { probabilities: { lastDimension: 2, dtype: 'float32' } },
};
