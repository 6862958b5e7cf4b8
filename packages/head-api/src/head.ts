import type { Scalar } from '@tensorflow/tfjs-core';
import type { Features, Labels, Logits, Predictions } from './data.js';
import type { EstimatorSpec, EstimatorSpecArgs, RegularizationLosses } from './estimator-spec.js';
import type { Metrics } from './metric.js';
import type { ModeKeys } from './mode-keys.js';
import type { Reduction } from './reduction.js';

/** The options of {@link Head.metrics}. */
export interface MetricsOptions {
  /** With them there is one more metric, `regularization_loss`: the mean over the batches of their sum. */
  readonly regularizationLosses?: RegularizationLosses | undefined;
}

/** The options of {@link Head.updateMetrics}. */
export interface UpdateMetricsOptions extends MetricsOptions {
  readonly mode?: ModeKeys | undefined;
}

/** The options of {@link Head.loss}. */
export interface LossOptions extends UpdateMetricsOptions {
  readonly features?: Features | undefined;
}

/**
 * The top of a model: from logits and labels it computes the loss, the predictions, the metrics,
 * the training step and what to export.
 *
 * A head is recognised by its shape and `apiVersion`, never by `instanceof`. The caller owns every
 * tensor that a method returns; inputs are never disposed; nothing else stays behind. Errors are
 * {@link HeadError}s, thrown before anything is changed. A batch without rows is refused.
 */
export interface Head {
  readonly apiVersion: 1;
  /** Metric and summary keys end in `/name` when it is neither undefined nor empty. */
  readonly name: string | undefined;
  /** The last dimension of the logits. */
  readonly logitsDimension: number;
  readonly lossReduction: Reduction;
  /** The training loss, float32: reduced element losses plus the regularization losses. */
  loss(labels: Labels, logits: Logits, options?: LossOptions): Scalar;
  /** Predictions by key; all of the head's keys, or those asked for, in the head's order. */
  predictions(logits: Logits, keys?: readonly string[]): Predictions;
  /** Fresh metrics. */
  metrics(options?: MetricsOptions): Metrics;
  /**
   * Adds a batch to metrics that {@link Head.metrics} made, and returns them. Never blocks: where
   * values live on another device they are read asynchronously, at most once.
   */
  updateMetrics(
    evalMetrics: Metrics,
    features: Features | undefined,
    logits: Logits,
    labels: Labels,
    options?: UpdateMetricsOptions,
  ): Metrics;
  /** What a model function returns for one batch. */
  createEstimatorSpec(args: EstimatorSpecArgs): EstimatorSpec;
}
