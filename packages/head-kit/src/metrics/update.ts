import { clone, keep } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { isPromise } from '../checks/kinds.js';
import { carryChecks } from '../device-check.js';
import { headError } from '../error.js';
import { type HostTensors, readTensors } from '../read-tensors.js';
import { scoped } from '../scoped.js';
import type { RowSums } from './accumulator.js';

/** A batch for some metrics: what to read, and what they then add. */
export interface MetricsUpdate {
  /** By names of its own. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metrics: readonly Receiver[];
  /** What each of the metrics adds. Throws before any has added: a batch counts whole or not at all. */
  sumsOf(read: HostTensors): readonly RowSums[];
}

/** What is asked of a metric: see `StreamingMetric`. */
export interface Receiver {
  receive(added: RowSums | PromiseLike<RowSums>): void;
}

/** The updates that wait for one read, while {@link updateTogether} collects them. */
let waiting: MetricsUpdate[] | undefined;

/** Updates metrics, at once or together with others. The tensors may be disposed of as soon as this returns. */
export function updateNow(update: MetricsUpdate): void {
  if (waiting === undefined) carryOut([update]);
  // Copies share their data. The tensors themselves may be gone when all have come.
  else
    waiting.push({
      ...update,
      tensors: mapTensors(update.tensors, (tensor) => carryChecks(keep(clone(tensor)), [tensor])),
    });
}

/**
 * Updates the metrics of several heads with one read, for a head made of heads: what is updated in `run` by heads and metrics
 * of this package is read together when it ends. If it throws, or any of the batches is refused, none of those metrics has
 * changed. Other heads are simply called.
 *
 * ```ts
 * updateTogether(() => {
 *   for (const head of heads) head.updateMetrics(metricsOf(head), features, logitsOf(head), labelsOf(head));
 * });
 * ```
 *
 * @throws What `run` throws; INVALID_ARGUMENT where it is an asynchronous function
 */
export function updateTogether(run: () => void): void {
  if (waiting !== undefined) return run(); // whoever is around it reads
  const collected: MetricsUpdate[] = [];
  waiting = collected;
  try {
    const result: unknown = scoped(run);
    if (isPromise(result))
      throw headError(
        'INVALID_ARGUMENT',
        'updateTogether takes a function that updates at once, got one that returns a promise.',
      );
    waiting = undefined;
    carryOut(collected);
  } finally {
    waiting = undefined;
    for (const { tensors } of collected) mapTensors(tensors, (tensor) => tensor.dispose());
  }
}

function carryOut(updates: readonly MetricsUpdate[]): void {
  const read = readTensors(
    Object.fromEntries(
      updates.flatMap(({ tensors }, of) => Object.entries(tensors).map(([name, tensor]) => [`${of}/${name}`, tensor])),
    ),
  );
  const sumsOf = (values: HostTensors): readonly (readonly RowSums[])[] =>
    updates.map((update, of) =>
      update.sumsOf(
        Object.fromEntries(
          Object.keys(update.tensors).map((name) => [name, values[`${of}/${name}`] as HostTensors[string]]),
        ),
      ),
    );
  const sums = isPromise(read) ? read.then(sumsOf) : sumsOf(read);
  updates.forEach(({ metrics }, of) =>
    metrics.forEach((metric, index) => {
      const added = (all: ReturnType<typeof sumsOf>): RowSums => all[of]?.[index] as RowSums;
      metric.receive(isPromise(sums) ? sums.then(added) : added(sums));
    }),
  );
}

function mapTensors<T>(tensors: Readonly<Record<string, Tensor>>, map: (tensor: Tensor) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, map(tensor)]));
}
