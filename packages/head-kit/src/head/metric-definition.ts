import { headError } from '../error.js';
import { describe, quote } from '../checks/describe.js';
import { ask } from '../checks/kinds.js';
import { type ElementLoss, inRange, lossTerms } from '../losses/element-loss.js';
import type { StreamingMetric } from '../metrics/streaming-metric.js';
import type { HostTensor } from '../read-tensors.js';
import type { Metrics } from '@tfjs-heads/head-api';

/** One batch of an evaluation, read to the host. */
export interface EvalBatch {
  readonly logits: HostTensor;
  /** As they came: perhaps of one rank less than the logits. */
  readonly labels: HostTensor;
  readonly weights?: HostTensor;
  /** The loss of each element. */
  readonly losses: HostTensor;
  /** The sum of the regularization losses, if there are any. */
  readonly regularization?: HostTensor;
  /** What else the head asked to be read, by its own names. */
  readonly extra: Readonly<Record<string, HostTensor>>;
}

/** A metric of a head: its key without the head's name, how to make it and what of a batch to add to it. */
export interface MetricDefinition {
  readonly key: string;
  create(): StreamingMetric;
  inputs(batch: EvalBatch): readonly (HostTensor | undefined)[];
}

/** Applies a function to each number. */
export function mapValues({ values, shape }: HostTensor, map: (value: number) => number): HostTensor {
  return { values: Float64Array.from(values, map), shape };
}

/** The element losses of a batch by the scalar formula, in doubles. */
export function elementLosses(loss: ElementLoss, logits: HostTensor, labels: HostTensor): HostTensor {
  const out = lossTerms();
  const values = new Float64Array(logits.values.length);
  for (let i = 0; i < values.length; i++) {
    loss.evaluate(logits.values, labels.values, i, out);
    values[i] = inRange(out.loss); // what overflows float32 does so in the loss, too
  }
  return { values, shape: logits.shape };
}

/**
 * The metric under a key.
 *
 * @throws EVAL_METRICS_INVALID
 */
export function metricAt(metrics: Metrics, key: string): StreamingMetric {
  const metric = ask(() => metrics?.[key] as Partial<StreamingMetric> | undefined, undefined);
  if (!ask(() => typeof metric?.receive === 'function' && typeof metric.sumsOf === 'function', false)) {
    throw headError(
      'EVAL_METRICS_INVALID',
      `evalMetrics must be what metrics() of this head made, with the same regularizationLosses given or not: ` +
        `it needs a metric ${quote(key)}, but ${metric === undefined ? describe(metrics) : describe(metric)} came.`,
    );
  }
  return metric as StreamingMetric;
}
