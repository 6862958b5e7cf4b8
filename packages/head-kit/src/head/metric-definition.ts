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
  const metric = ask(() => metrics?.[key] as Partial<Receiver> | undefined, undefined);
  if (!ask(() => typeof metric?.receive === 'function', false)) {
    throw headError(
      'EVAL_METRICS_INVALID',
      `evalMetrics must be what metrics() of this head made, with the same regularizationLosses given or not: ` +
        `it needs a metric ${quote(key)}, got ${metric === undefined ? describe(metrics) : describe(metric)}.`,
    );
  }
  return metric as Receiver;
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

/** Plans what to read of a batch for metrics, and what each of them adds: metrics of the same accumulator walk it once. */
export function updateOf(
  definitions: readonly MetricDefinition[],
  metrics: readonly Receiver[],
  { tensors, quantities, check, sumsTogether }: BatchQuantities,
): MetricsUpdate {
  const accumulators = new Map<string, Accumulator>();
  const names = new Set(check?.reads);
  for (const { accumulator } of definitions) {
    accumulators.set(accumulator.id, accumulator);
    for (const name of accumulator.reads) names.add(name);
  }
  return {
    tensors: tensorsToRead(names, tensors, quantities),
    metrics,
    sumsOf(read) {
      const batch = new HostBatch(read, quantities);
      try {
        check?.run(batch);
        const together = sumsTogether?.(read, accumulators);
        const sums = new Map<string, RowSums>();
        for (const [id, accumulator] of accumulators)
          sums.set(id, together?.get(accumulator) ?? sumsOf(accumulator, batch));
        return definitions.map(({ accumulator }) => sums.get(accumulator.id) as RowSums);
      } finally {
        batch.release();
      }
    },
  };
}
