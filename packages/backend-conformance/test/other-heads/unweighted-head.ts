import type { Tensor } from '@tensorflow/tfjs-core';
import { BaseHead, meanMetric, squaredError, type BaseHeadOptions, type MetricDefinition } from '@tfjs-heads/head-kit';
import type { Subject } from '../../src/index.js';

/** Knows of no weights, and claims nothing that it need not. */
class UnweightedHead extends BaseHead<Tensor, { readonly predictions: Tensor }> {
  protected readonly elementLoss = squaredError;
  constructor({ name, lossReduction }: Partial<BaseHeadOptions>) {
    super({ name, lossReduction, logitsDimension: 2 });
  }
  protected predictors(logits: Tensor) {
    return { predictions: () => logits };
  }
  protected metricDefinitions(regularization: readonly MetricDefinition[]): MetricDefinition[] {
    return [meanMetric('average_loss', 'losses', null), ...regularization];
  }
}

export const unweightedHead: Subject = { create: (options) => new UnweightedHead(options), weights: 'none' };
