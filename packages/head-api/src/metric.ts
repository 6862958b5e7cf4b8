import type { Tensor } from '@tensorflow/tfjs-core';

/** A number as JSON can carry it. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity';

/** A number in full, a hexadecimal integer times a power of two: `-0x1f3p-40`, as C's `%a` and Python's `float.hex` write it. */
export type HexNumber = `${'' | '-'}0x${string}p${number}`;

/**
 * What a metric has summed up so far, as plain JSON, so an evaluation can be split over workers, machines or backends. States of
 * the same version, metric and settings merge by adding `rows`, and `sums` element by element.
 */
export interface MetricState {
  /** The version of this format. */
  readonly version: 1;
  /** Which metric it is of. */
  readonly metric: string;
  /** The settings of the metric that its sums depend on, such as `{ threshold: 0.5 }`. */
  readonly settings: Readonly<Record<string, number | string | boolean>>;
  /** How many rows have been added: the first dimensions of the batches. */
  readonly rows: number;
  /** Exact: what is not a double is written in full. */
  readonly sums: readonly (JsonNumber | HexNumber)[];
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
   * The value over all updates so far, a number also before the first: 0. Rejects with the error of
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
