import type { MetricState } from '@tfjs-heads/head-api';
import { shapeText } from '../checks/describe.js';
import { headError } from '../error.js';
import type { HostTensors } from '../read-tensors.js';
import { ExactSums } from './exact-sums.js';
import type { HostBatch } from './host-batch.js';

/**
 * Sums over batches that one or several metrics are computed from: {@link mean}, {@link confusion}, {@link buckets}, or one of
 * your own. The sums of two parts of the data add up to those of all of it, to the last bit, as long as each row adds the same in
 * any batch.
 *
 * ```ts
 * const squares: Accumulator = {
 *   id: 'squares(predictions)',
 *   kind: 'squares',
 *   size: 1,
 *   reads: ['predictions'],
 *   add(batch, sums) {
 *     const { values } = batch.get('predictions');
 *     for (let i = 0; i < values.length; i++) sums.add(0, values[i] ** 2);
 *   },
 * };
 * ```
 */
export interface Accumulator {
  /** What it counts of which quantities. Metrics of a head whose accumulators have the same id walk a batch once. */
  readonly id: string;
  /** What it counts: what a metric of it is called where it has no other name. */
  readonly kind: string;
  /** What else the sums depend on: states of metrics with other settings do not merge. */
  readonly settings?: MetricSettings;
  /** How many sums there are. */
  readonly size: number;
  /** The names of the quantities that it needs, the arguments of `update`; one that ends in `?` may be missing. */
  readonly reads: readonly string[];
  /**
   * Adds a batch to sums that are 0.
   *
   * @throws METRIC_INPUT_INVALID
   */
  add(batch: HostBatch, sums: ExactSums): void;
}

/** What the sums of a metric depend on, such as a threshold. */
export type MetricSettings = MetricState['settings'];

/** What a batch or a state adds to a metric. */
export interface RowSums {
  /** How many rows these are the sums of. */
  readonly rows: number;
  readonly sums: ExactSums;
  /** Called when all have added it that were given it at once: nobody is to look at it any more. */
  done?(): void;
}

/**
 * What a batch adds to some accumulators at once, each of which comes to the bit to what it adds by itself; undefined where none does.
 *
 * @param read The tensors that were read, by the names of their quantities.
 * @param asked The accumulators of the metrics by their ids.
 */
export type SumsTogether = (
  read: HostTensors,
  asked: ReadonlyMap<string, Accumulator>,
) => ReadonlyMap<Accumulator, RowSums> | undefined;

/** Which quantities a binary accumulator is made of. */
export interface BinaryQuantities {
  /** Default: `logistic`. */
  readonly predictions?: string | undefined;
  /** Default: `labels`. */
  readonly labels?: string | undefined;
  /** Default: `weights`. */
  readonly weights?: string | undefined;
}

/** Predictions with a label and a weight each. */
export interface Samples {
  readonly predictions: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  /** Undefined where each is 1. */
  readonly weights: ArrayLike<number> | undefined;
}

/**
 * Predictions with their labels and weights; weights are broadcast over the predictions.
 *
 * @throws METRIC_INPUT_INVALID where labels or weights have another shape
 */
export function samplesOf(
  batch: HostBatch,
  { predictions, labels, weights }: Readonly<Record<keyof BinaryQuantities, string>>,
): Samples {
  const [predicted, labelled] = [batch.get(predictions), batch.get(labels)];
  checkAlike(labels, labelled, predictions, predicted);
  const aligned = batch.weightsOver(predictions, weights);
  if (aligned.trailing !== 1) {
    throw headError(
      'METRIC_INPUT_INVALID',
      `${weights} must weigh each of ${predictions}, of shape ${shapeText(predicted.shape)}, got the shape ${shapeText(batch.get(weights).shape)}.`,
    );
  }
  return { predictions: predicted.values, labels: labelled.values, weights: aligned.values };
}

/** A tensor, on the host or a device. */
type Shaped = { readonly shape: readonly number[] };

/**
 * Checks that two quantities have the same shape, but for one last dimension of 1.
 *
 * @throws METRIC_INPUT_INVALID
 */
export function checkAlike(name: string, given: Shaped, other: string, expected: Shaped): void {
  const shapes = [given.shape, expected.shape];
  const rank = Math.min(...shapes.map(({ length }) => length));
  const areAlike =
    given.shape.every((dimension, axis) => axis >= rank || dimension === expected.shape[axis]) &&
    shapes.every((shape) => shape.length - rank <= 1 && shape.slice(rank).every((dimension) => dimension === 1));
  if (areAlike) return;
  throw headError(
    'METRIC_INPUT_INVALID',
    `${name} must have the shape of ${other}, ${shapeText(expected.shape)}, but for one last dimension of 1, got the shape ${shapeText(given.shape)}.`,
  );
}

/** What a batch adds to metrics of an accumulator. */
export function sumsOf(accumulator: Accumulator, batch: HostBatch): RowSums {
  const sums = new ExactSums(accumulator.size);
  accumulator.add(batch, sums);
  // What is optional may be missing, and says nothing of the rows.
  const read = accumulator.reads.find((name) => !name.endsWith('?'));
  return { rows: read === undefined ? 1 : (batch.get(read).shape[0] ?? 1), sums };
}

/** 0 where the divisor is 0. */
export function divided(dividend: number, divisor: number): number {
  return divisor === 0 ? 0 : dividend / divisor;
}
