import { util } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Metrics } from '@tfjs-heads/head-api';
import { describe, quote } from '../checks/describe.js';
import { ask } from '../checks/kinds.js';
import { headError } from '../error.js';
import { type Accumulator, type RowSums, sumsOf, type SumsTogether } from '../metrics/accumulator.js';
import { HostBatch, type Quantities } from '../metrics/host-batch.js';
import { average, mean } from '../metrics/mean.js';
import { tensorsToRead } from '../metrics/quantities.js';
import { StreamingMetric } from '../metrics/streaming-metric.js';
import type { MetricsUpdate, Receiver } from '../metrics/update.js';

/** A metric of a head: its key without the head's name, what it sums up of each batch, and what the sums come to. */
export interface MetricDefinition {
  readonly key: string;
  readonly accumulator: Accumulator;
  result(sums: ArrayLike<number>): number;
}

/** The mean of a quantity, weighted by the head's weights or, where `weights` is null, by none. */
export function meanMetric(key: string, quantity: string, weights?: null): MetricDefinition {
  return { key, accumulator: mean(quantity, weights), result: average };
}

/** States tell it by its key, so that those of one head, which hold the same sums at times, are not mistaken for each other. */
export function createMetric({ key, accumulator, result }: MetricDefinition): StreamingMetric {
  return new StreamingMetric(accumulator, result, { metric: key });
}

/**
 * The metric under a key.
 *
 * @throws EVAL_METRICS_INVALID
 */
export function metricAt(metrics: Metrics, key: string): Receiver {
  let metric: Partial<Receiver> | undefined;
  if (ask(() => typeof (metric = metrics[key] as typeof metric)?.receive === 'function', false))
    return metric as Receiver;
  throw headError(
    'EVAL_METRICS_INVALID',
    `evalMetrics must be what metrics() of this head made, with the same regularizationLosses given or not: ` +
      `it needs a metric ${quote(key)}, got ${describe(metric === undefined ? metrics : metric)}.`,
  );
}

/** What a batch is made of for {@link updateOf}. */
export interface BatchQuantities {
  /** What are tensors already, by name. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly quantities: Quantities;
  /** What is added to some of the accumulators at once: see `BaseHead`. */
  readonly sumsTogether?: SumsTogether | undefined;
  /** Names of quantities that are read, needed by a metric or not, and what then throws where they are wrong. */
  readonly check?: { readonly reads: readonly string[]; run(batch: HostBatch): void } | undefined;
}

/** What the metrics of a head are made of. */
export interface MetricPlan {
  readonly definitions: readonly MetricDefinition[];
  /** By their ids: metrics of the same accumulator walk a batch once. */
  readonly accumulators: ReadonlyMap<string, Accumulator>;
  /** The names of what they read. */
  readonly reads: ReadonlySet<string>;
}

/** The plan for some metrics. @param known One that is taken again where it is for the same. */
export function planOf(definitions: readonly MetricDefinition[], known: MetricPlan | undefined): MetricPlan {
  if (util.arraysEqual(known?.definitions as never, definitions as never)) return known as MetricPlan;
  const accumulators = new Map(definitions.map(({ accumulator }) => [accumulator.id, accumulator]));
  return { definitions, accumulators, reads: new Set(definitions.flatMap(({ accumulator }) => accumulator.reads)) };
}

/** Plans what to read of a batch for metrics, and what each of them adds. */
export function updateOf(
  { definitions, accumulators, reads }: MetricPlan,
  metrics: readonly Receiver[],
  { tensors, quantities, check, sumsTogether }: BatchQuantities,
): MetricsUpdate {
  return {
    tensors: tensorsToRead(check === undefined ? reads : [...check.reads, ...reads], tensors, quantities),
    metrics,
    sumsOf(read) {
      const batch = new HostBatch(read, quantities);
      try {
        check?.run(batch);
        const together = sumsTogether?.(read, accumulators);
        const sums: Record<string, RowSums> = {};
        for (const [id, accumulator] of accumulators)
          sums[id] = together?.get(accumulator) ?? sumsOf(accumulator, batch);
        return definitions.map(({ accumulator }) => sums[accumulator.id] as RowSums);
      } finally {
        batch.release();
      }
    },
  };
}
