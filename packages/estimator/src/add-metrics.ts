import {
  type EvalSpec,
  type Features,
  type Labels,
  type Metrics,
  ModeKeys,
  type Predictions,
} from '@tfjs-heads/head-api';
import { describeValue, headError, isMap } from '@tfjs-heads/head-kit';
import { Estimator } from './estimator.js';
import { summarizedBy, summarizerOf } from './summaries/summarize.js';
import type { RunConfig } from './run-config.js';

/** What a {@link MetricFn} is given of a batch. */
export interface MetricFnArgs {
  readonly features: Features;
  readonly labels: Labels;
  readonly predictions: Predictions;
  readonly config: RunConfig;
}

/** Metrics that have seen the batch, by key. */
export type MetricFn = (args: MetricFnArgs) => Metrics;

/**
 * An estimator that is as another, of which it has the model directory, and whose evaluations have more metrics: those of `metricFn`
 * beside the model's, and in the place of those of the same key. Predictions are those that the model gives in the mode `eval`.
 *
 * ```ts
 * const withMedian = addMetrics(estimator, ({ labels, predictions }) => {
 *   const metric = new MyMetric();
 *   metric.update(labels as tf.Tensor, predictions['predictions'] as tf.Tensor);
 *   return { mine: metric };
 * });
 * ```
 *
 * @throws INVALID_ARGUMENT; its evaluations EVAL_METRICS_INVALID for what are no metrics
 */
export function addMetrics<P>(estimator: Estimator<P>, metricFn: MetricFn): Estimator<P> {
  if (!(estimator instanceof Estimator)) throw invalid('estimator', 'an Estimator', estimator);
  if (typeof metricFn !== 'function') throw invalid('metricFn', 'a function', metricFn);
  const { options } = estimator;
  return new Estimator<P>({
    ...options,
    modelFn: summarizedBy((args) => {
      const spec = options.modelFn(args);
      if (args.mode !== ModeKeys.EVAL) return spec;
      return withMetrics(spec as EvalSpec, (predictions) =>
        metricFn({ features: args.features, labels: args.labels as Labels, predictions, config: args.config }),
      );
    }, summarizerOf(options.modelFn)),
  });
}

function withMetrics(spec: EvalSpec, metricsOf: (predictions: Predictions) => Metrics): EvalSpec {
  let more: Metrics;
  try {
    more = metricsOf(spec.predictions);
    if (!isMap(more) || !Object.values(more).every(isMetric))
      throw headError('EVAL_METRICS_INVALID', `metricFn must return a map of metrics, got ${describeValue(more)}.`);
  } catch (error) {
    spec.dispose();
    throw error;
  }
  return { ...spec, evalMetricOps: { ...spec.evalMetricOps, ...more }, dispose: () => disposeBoth(spec, more) };
}

function isMetric(value: unknown): boolean {
  const methods = (value ?? {}) as Readonly<Record<string, unknown>>;
  return ['result', 'state', 'merge', 'dispose'].every((name) => typeof methods[name] === 'function');
}

function disposeBoth(spec: EvalSpec, more: Metrics): void {
  spec.dispose();
  for (const metric of Object.values(more)) metric.dispose();
}

function invalid(name: string, expected: string, got: unknown): Error {
  return headError('INVALID_ARGUMENT', `addMetrics: ${name} must be ${expected}, got ${describeValue(got)}.`);
}
