import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, shapeText } from '../checks/describe.js';
import { isTensor } from '../checks/kinds.js';
import { checkOptions } from '../checks/options.js';
import { headError } from '../error.js';
import { type Accumulator, checkAlike, type MetricSettings } from './accumulator.js';
import { buckets, prAuc, rocAuc } from './buckets.js';
import { confusion, precision, recall } from './confusion.js';
import { alignedShape } from './host-batch.js';
import { average } from './mean.js';
import { StreamingMetric } from './streaming-metric.js';

/** The arguments of `update`, in the original's order. */
const ARGUMENTS = ['labels', 'predictions', 'weights?'];
const QUANTITIES = { predictions: 'predictions' };

/** A metric of labels and predictions, by themselves: what the classes below have in common. */
abstract class LabelMetric extends StreamingMetric {
  /** Whether weights of a lower rank weigh the means over what follows: what is counted has none. */
  protected readonly isMean: boolean = false;

  /**
   * @param labels Numbers of any shape.
   * @param predictions As the labels; one of the two may have one last dimension of 1 more.
   * @param weights One for all, or to be broadcast over the predictions. Default: 1 each.
   * @throws METRIC_INPUT_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN
   */
  override update(...inputs: readonly [labels: Tensor, predictions: Tensor, weights?: Tensor | undefined]): void {
    const [labels, predictions, weights] = inputs;
    // What is wrong otherwise, the update says.
    if (isTensor(labels) && isTensor(predictions)) {
      checkAlike('labels', labels, 'predictions', predictions);
      if (isTensor(weights)) checkWeights(weights, predictions, this.isMean);
    }
    super.update(...inputs);
  }
}

/**
 * How often a prediction equals its label, as float32.
 *
 * ```ts
 * const accuracy = new Accuracy();
 * accuracy.update(tf.tensor([1, 2, 3]), tf.tensor([1, 2, 0]), tf.tensor([1, 1, 2]));
 * await accuracy.result(); // 0.5
 * ```
 */
export class Accuracy extends LabelMetric {
  protected override readonly isMean = true;

  constructor() {
    super(
      hits('accuracy', {}, (label, prediction) => Math.fround(label) === Math.fround(prediction)),
      average,
    );
  }
}

/** The options of {@link BinaryAccuracy}, {@link Precision} and {@link Recall}. */
export interface ThresholdOptions {
  /** What a prediction must be above to count as positive, in [0, 1]. Default: 0.5. */
  readonly threshold?: number | undefined;
}

/**
 * How often a label is what is predicted: 1 for predictions above a threshold, else 0. Labels in between equal neither.
 *
 * ```ts
 * const accuracy = new BinaryAccuracy({ threshold: 0.7 });
 * accuracy.update(tf.tensor([1, 0]), tf.tensor([0.7, 0.2]));
 * await accuracy.result(); // 0.5
 * ```
 */
export class BinaryAccuracy extends LabelMetric {
  protected override readonly isMean = true;

  /** @throws INVALID_ARGUMENT */
  constructor(options?: ThresholdOptions) {
    const threshold = thresholdOf('BinaryAccuracy', options);
    super(
      hits('binary_accuracy', { threshold }, (label, prediction) => label === (prediction > threshold ? 1 : 0)),
      average,
    );
  }
}

/**
 * The share of positives in what is predicted to be so; 0 where nothing is. Any label but 0 is positive.
 *
 * ```ts
 * const precision = new Precision();
 * precision.update(tf.tensor([1, 0, 0]), tf.tensor([0.9, 0.8, 0.1]));
 * await precision.result(); // 0.5
 * ```
 */
export class Precision extends LabelMetric {
  /** @throws INVALID_ARGUMENT */
  constructor(options?: ThresholdOptions) {
    super(inOrder(confusion(thresholdOf('Precision', options), QUANTITIES)), precision, { metric: 'precision' });
  }
}

/**
 * The share of the positives that are predicted to be so; 0 where there are none. Any label but 0 is positive.
 *
 * ```ts
 * const recall = new Recall();
 * recall.update(tf.tensor([1, 1, 0]), tf.tensor([0.9, 0.2, 0.1]));
 * await recall.result(); // 0.5
 * ```
 */
export class Recall extends LabelMetric {
  /** @throws INVALID_ARGUMENT */
  constructor(options?: ThresholdOptions) {
    super(inOrder(confusion(thresholdOf('Recall', options), QUANTITIES)), recall, { metric: 'recall' });
  }
}

/** The options of {@link AUC}. */
export interface AUCOptions {
  /** True over false positives (`ROC`) or precision over recall (`PR`). Default: `ROC`. */
  readonly curve?: 'ROC' | 'PR' | undefined;
  /** How many points the curve has: thresholds at equal distances from 0 to 1. Default: 200. */
  readonly numThresholds?: number | undefined;
}

const CURVES = { ROC: rocAuc, PR: prAuc };

/**
 * The area under a curve of predictions in [0, 1], with the original's interpolation: trapezoids under the receiver operating
 * characteristic, interpolated true and false positives (Davis and Goadrich, 2006) under precision over recall. Any label but 0 is
 * positive. 0 where there are only positives or only negatives; the `PR` one of positives alone is 1.
 *
 * ```ts
 * const auc = new AUC({ curve: 'PR' });
 * auc.update(tf.tensor([0, 0, 1, 1]), tf.tensor([0, 0.5, 0.3, 0.9]));
 * await auc.result();
 * ```
 */
export class AUC extends LabelMetric {
  /** @throws INVALID_ARGUMENT */
  constructor(options?: AUCOptions) {
    const { curve = 'ROC', numThresholds } = checkOptions('AUC', options, ['curve', 'numThresholds']);
    if (curve !== 'ROC' && curve !== 'PR')
      throw headError('INVALID_ARGUMENT', `curve must be 'ROC' or 'PR', got ${describe(curve)}.`);
    super(inOrder(buckets({ ...QUANTITIES, numThresholds })), CURVES[curve], { metric: 'auc', settings: { curve } });
  }
}

function checkWeights(weights: Tensor, { shape }: Tensor, isMean: boolean): void {
  if (alignedShape(weights.shape, shape).length < shape.length && !isMean) {
    throw headError(
      'METRIC_INPUT_INVALID',
      `weights must weigh each of predictions, of shape ${shapeText(shape)}, got the shape ${shapeText(weights.shape)}.`,
    );
  }
}

/** How much weight meets its label, and all of it. */
function hits(
  kind: string,
  settings: MetricSettings,
  isHit: (label: number, prediction: number) => boolean,
): Accumulator {
  return {
    id: kind,
    kind,
    settings,
    size: 2,
    reads: ARGUMENTS,
    add(batch, sums) {
      const [labels, predictions] = [batch.get('labels'), batch.get('predictions')];
      checkAlike('labels', labels, 'predictions', predictions);
      const met = Uint8Array.from(predictions.values, (prediction, i) =>
        isHit(labels.values[i] as number, prediction) ? 1 : 0,
      );
      const { values: weights, trailing } = batch.weightsOver('predictions', 'weights');
      sums.addProducts(0, met, weights, trailing);
      sums.addSum(1, batch.totalWeight('predictions', 'weights'), 0);
    },
  };
}

/** Labels come first in `update`, as in the original. */
function inOrder(accumulator: Accumulator): Accumulator {
  return { ...accumulator, reads: ARGUMENTS };
}

function thresholdOf(name: string, options: ThresholdOptions | undefined): number {
  const { threshold = 0.5 } = checkOptions(name, options, ['threshold']);
  if (!(typeof threshold === 'number' && threshold >= 0 && threshold <= 1))
    throw headError('INVALID_ARGUMENT', `threshold must be a number in [0, 1], got ${describe(threshold)}.`);
  return threshold;
}
