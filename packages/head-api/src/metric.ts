import type { Tensor } from '@tensorflow/tfjs-core';

/** A number as JSON can carry it. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity';

/**
 * What a metric has summed up so far, as plain JSON. States of the same `metric` merge by adding
 * `sums` element by element, so an evaluation can be split over workers, machines or backends.
 */
export interface MetricState {
  /** The class of the metric, with its settings where they matter for merging. */
  readonly metric: string;
  readonly sums: readonly JsonNumber[];
}

/** A streaming metric: the result over everything seen since it was made or reset. */
export interface Metric {
  /**
   * How often something was added since it was made or reset: batches, those still being read included, and states. A spec is
   * refused with a metric that tells of none, as the original refuses it.
   */
  readonly updates?: number;
  /**
   * Adds a batch. The tensors may be disposed as soon as this returns. Reading them is
   * asynchronous where their values live on another device.
   */
  update(...tensors: readonly (Tensor | undefined)[]): void;
  /**
   * The value over all updates so far, a number also before the first: 0, but 1 for `accuracy_baseline`. Rejects with the error of
   * an update that failed.
   */
  result(): Promise<number>;
  /** Forgets all updates, also those still being read. */
  reset(): void;
  /** What has been summed up so far. */
  state(): Promise<MetricState>;
  /** Adds what another metric of the same kind has summed up. */
  merge(state: MetricState): void;
  /** Releases what the metric holds. */
  dispose(): void;
}

/** Metric key to metric, in the order of the head. */
export type Metrics = Readonly<Record<string, Metric>>;
