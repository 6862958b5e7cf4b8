import {
  argMax,
  cast,
  concat,
  expandDims,
  logSumExp,
  mul,
  oneHot,
  reshape,
  softmax,
  sub,
  sum,
  zeros,
  type Tensor,
} from '@tensorflow/tfjs-core';
import {
  BaseHead,
  customLoss,
  meanMetric,
  type BaseHeadOptions,
  LabelRange,
  type LossFn,
  type MetricDefinition,
} from '@tfjs-heads/head-kit';
import type { Subject } from '../../src/index.js';
import { checkIds } from './class-head.js';

export const CLASSES = 4;

/** The logits, and the 0 of the last class. */
function withLast(logits: Tensor): Tensor {
  return concat([logits, zeros([...logits.shape.slice(0, -1), 1])], -1);
}

export const baselineLoss: LossFn = ({ labels, logits }) => {
  const ids = cast(reshape(labels, labels.shape.slice(0, -1)), 'int32');
  const padded = withLast(logits);
  return sub(logSumExp(padded, -1, true), sum(mul(padded, cast(oneHot(ids, CLASSES), 'float32')), -1, true));
};

/** One of four classes by three logits: the last class is what the others are compared with, and has none. */
export class BaselineHead extends BaseHead<Tensor, { readonly probabilities: Tensor; readonly class_ids: Tensor }> {
  protected override readonly labelRange = new LabelRange({ min: 0, max: CLASSES - 1 });
  protected readonly elementLoss = customLoss(baselineLoss, { labelsPerRow: () => 1, lossesPerRow: () => 1 });
  constructor(options: Partial<BaseHeadOptions>) {
    super({ ...options, logitsDimension: CLASSES - 1 });
  }
  protected override checkLabels(labels: Tensor, logits: Tensor): Tensor {
    return checkIds(labels, logits);
  }
  protected predictors(logits: Tensor) {
    return {
      probabilities: () => softmax(withLast(logits)),
      class_ids: () => expandDims(argMax(withLast(logits), -1), -1),
    };
  }
  protected metricDefinitions(regularization: readonly MetricDefinition[]): MetricDefinition[] {
    return [meanMetric('average_loss', 'losses'), meanMetric('label/mean', 'labels', null), ...regularization];
  }
}

export const baselineHead: Subject = {
  create: (options) => new BaselineHead(options),
  labels: 'class',
  classes: CLASSES,
  labelsOutOfRange: [-1, CLASSES],
  metrics: ['average_loss', 'label/mean'],
  unweightedMetrics: ['label/mean'],
  predictions: {
    probabilities: { lastDimension: CLASSES, dtype: 'float32' },
    class_ids: { lastDimension: 1, dtype: 'int32' },
  },
};
