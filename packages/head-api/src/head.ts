import type { Scalar } from '@tensorflow/tfjs-core';
import type { Features, Labels, Logits, PredictionKey, Predictions, PredictionsAt } from './data.js';
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
 *
 * Its types say what a head takes, labels `L` and logits `X`, and the predictions `P` that it gives. Any head is a plain `Head`.
 *
 * ```ts
 * const head: Head<Tensor, Tensor, { probabilities: Tensor; logits: Tensor }> = ...;
 * head.predictions(logits).probabilities; // a tensor
 * head.predictions(logits, ['logits']).probabilities; // does not compile
 * head.loss({ a: labels }, logits); // does not compile
 * const heads: Head[] = [head, new RegressionHead()];
 * ```
 */
export interface Head<L extends Labels = Labels, X extends Logits = Logits, P extends Predictions = Predictions> {
  readonly apiVersion: 1;
  /** Metric and summary keys end in `/name` when it is neither undefined nor empty. */
  readonly name: string | undefined;
  /** The last dimension of the logits. */
  readonly logitsDimension: number;
  readonly lossReduction: Reduction;
  /** The training loss, float32: reduced element losses plus the regularization losses. */
  loss(labels: L, logits: X, options?: LossOptions): Scalar;
  /** Predictions by key; all of the head's keys, or those asked for, in the head's order. */
  predictions<K extends string = keyof P & string>(
    logits: X,
    keys?: readonly PredictionKey<P, K>[],
  ): PredictionsAt<P, K>;
  /** Fresh metrics. */
  metrics(options?: MetricsOptions): Metrics;
  /**
   * Adds a batch to metrics that {@link Head.metrics} made, and returns them. Never blocks: where
   * values live on another device they are read asynchronously, at most once.
   */
  updateMetrics(
    evalMetrics: Metrics,
    features: Features | undefined,
    logits: X,
    labels: L,
    options?: UpdateMetricsOptions,
  ): Metrics;
  /** What a model function returns for one batch. */
  createEstimatorSpec(args: EstimatorSpecArgs<L, X>): EstimatorSpec<P>;
}
