import { headError } from '../error.js';
import { describe, quote } from '../checks/describe.js';
import { ask } from '../checks/kinds.js';
import { lossesOnHost } from '../losses/host-form.js';
import { type ElementLoss, lossesPerRow, type RowLoss } from '../losses/loss.js';
import type { StreamingMetric } from '../metrics/streaming-metric.js';
import type { HostTensor } from '../read-tensors.js';
import type { Metrics } from '@tfjs-heads/head-api';

/** One batch of an evaluation, read to the host. */
export interface EvalBatch {
  readonly logits: HostTensor;
  /** As they came: perhaps of one rank less than the logits. */
  readonly labels: HostTensor;
  readonly weights?: HostTensor;
  /** The losses of each row, as many as the head's loss has. */
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

/** The losses of a batch by the loss' own walk, in doubles. */
export function hostLosses(loss: ElementLoss | RowLoss, { values, shape }: HostTensor, labels: HostTensor): HostTensor {
  const k = shape.at(-1) as number;
  return { values: lossesOnHost(loss, values, labels.values, k), shape: [...shape.slice(0, -1), lossesPerRow(loss, k)] };
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
        `it needs a metric ${quote(key)}, got ${metric === undefined ? describe(metrics) : describe(metric)}.`,
    );
  }
  return metric as StreamingMetric;
}
