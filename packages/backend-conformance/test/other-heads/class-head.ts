import { argMax, expandDims, softmax, type Tensor } from '@tensorflow/tfjs-core';
import {
  BaseHead,
  LabelRange,
  checkDenseLabels,
  classIds,
  describeValue,
  equalTo,
  headError,
  meanMetric,
  softmaxCrossEntropy,
  type BaseHeadOptions,
  type MetricDefinition,
  type Quantities,
} from '@tfjs-heads/head-kit';
import type { Subject } from '../../src/index.js';

const CLASSES = 3;

/** Labels that are ids of classes. */
export function checkIds(labels: Tensor, logits: Tensor): Tensor {
  return checkDenseLabels(labels, logits, 1, (ids) => {
    if (ids.dtype !== 'int32') throw headError('LABELS_DTYPE', `Labels must be int32 ids, got ${describeValue(ids)}.`);
  });
}

/** One of three classes, by a softmax; the labels are their ids. */
export class ClassHead extends BaseHead<
  Tensor,
  { readonly logits: Tensor; readonly probabilities: Tensor; readonly class_ids: Tensor }
> {
  protected override readonly labelRange = new LabelRange({ min: 0, max: CLASSES - 1, whole: true });
  protected readonly elementLoss = softmaxCrossEntropy;
  constructor(options: Partial<BaseHeadOptions>) {
    super({ ...options, logitsDimension: CLASSES });
  }
  protected override checkLabels(labels: Tensor, logits: Tensor): Tensor {
    return checkIds(labels, logits);
  }
  protected predictors(logits: Tensor) {
    return {
      logits: () => logits,
      probabilities: () => softmax(logits),
      class_ids: () => expandDims(argMax(logits, -1), -1),
    };
  }
  protected override quantities(logits: Tensor): Quantities {
    return { class_ids: classIds(logits), hits: equalTo('class_ids', 'labels') };
  }
  protected metricDefinitions(regularization: readonly MetricDefinition[]): MetricDefinition[] {
    return [meanMetric('accuracy', 'hits'), meanMetric('average_loss', 'losses'), ...regularization];
  }
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
