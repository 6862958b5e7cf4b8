import { clone, dispose, getBackend } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { EvalSpec, Metrics } from '@tfjs-heads/head-api';
import {
  carryChecks,
  type HostTensors,
  holdUpdates,
  isPromise,
  isTensor,
  type MetricsUpdate,
  readTensors,
  type StreamingMetric,
} from '@tfjs-heads/head-kit';
import { type Trace, type TraceOptions, traceStep } from '@tfjs-heads/tracing';
import type { CheckedBatch } from './input.js';
import { isAlike, isPlain } from './merge-metrics.js';

/** What a batch of these shapes is to the metrics: for each update what it adds to those of which keys. */
type Additions = readonly { readonly keys: readonly string[]; readonly sumsOf: MetricsUpdate['sumsOf'] }[];

/** What a traced evaluation gives: its loss, and for each update of metrics what that reads. */
type Evaluated = { readonly loss: Scalar; readonly reads: readonly Readonly<Record<string, Tensor>>[] };

/**
 * Evaluates batches by a recording. Metrics read values, on which no recorded step may depend, so they are not updated within it: it
 * gives what they read, and they add that afterwards. A `modelFn` whose metrics do something else is left to run as it is.
 */
export class EvalStep {
  readonly #specOf: (batch: CheckedBatch) => EvalSpec;
  readonly #trace: Trace<(batch: CheckedBatch) => Evaluated>;
  /** By the shapes of a batch. A replay runs no JavaScript that would say it. */
  readonly #additions = new Map<string, Additions>();
  /** What the `modelFn`, if it has run, has said of the batch: undefined where it cannot be recorded. */
  #ran: { readonly additions: Additions | undefined } | undefined;
  #metrics: Metrics = {};
  #isTraceable = true;

  constructor(specOf: (batch: CheckedBatch) => EvalSpec, options: TraceOptions) {
    this.#specOf = specOf;
    this.#trace = traceStep((batch: CheckedBatch) => this.#evaluate(batch), options);
  }

  /**
   * Adds a batch to metrics that the `modelFn` made for another.
   *
   * @returns The loss of the batch; undefined where nothing was added, and the `modelFn` must be called for it.
   * @throws what the `modelFn` throws, and what a device has found, such as a label out of range
   */
  async add(batch: CheckedBatch, metrics: Metrics): Promise<number | undefined> {
    if (!this.#isTraceable) return undefined;
    this.#ran = undefined;
    this.#metrics = metrics;
    await this.#trace.rehearse(batch);
    const { loss, reads } = this.#trace(batch);
    try {
      const key = keyOf(batch);
      const ran = this.#ran as { readonly additions: Additions | undefined } | undefined;
      const additions = ran === undefined ? this.#additions.get(key) : ran.additions;
      if (additions === undefined) {
        this.#isTraceable = false;
        this.#trace.dispose();
        return undefined;
      }
      this.#additions.set(key, additions);
      const named = reads.flatMap((read, of) =>
        Object.entries(read).map(([name, tensor]) => [`${of}/${name}`, tensor] as const),
      );
      const reading = readTensors({ ...Object.fromEntries(named), loss });
      const read = isPromise(reading) ? await reading : reading;
      // All of them first: a batch counts whole or not at all.
      const sums = additions.map(({ sumsOf }, of) => sumsOf(partOf(read, reads[of] ?? {}, of)));
      const value = read['loss']?.values[0] ?? Number.NaN;
      additions.forEach(({ keys }, of) =>
        keys.forEach((name, i) => (metrics[name] as StreamingMetric).receive(at(sums[of], i))),
      );
      return value;
    } finally {
      dispose([loss, ...reads.flatMap((read) => Object.values(read))]);
    }
  }

  dispose(): void {
    this.#isTraceable = false;
    this.#additions.clear();
    this.#trace.dispose();
  }

  #evaluate(batch: CheckedBatch): Evaluated {
    const { returned: spec, updates } = holdUpdates(() => this.#specOf(batch));
    try {
      this.#ran = { additions: additionsOf(updates, spec.evalMetricOps, this.#metrics) };
      return { loss: carryChecks(clone(spec.loss), [spec.loss]), reads: updates.map(({ tensors }) => tensors) };
    } finally {
      spec.dispose();
    }
  }
}

/** Undefined where metrics are not those of the kit, or have been given more than is read for them. */
function additionsOf(updates: readonly MetricsUpdate[], made: Metrics, metrics: Metrics): Additions | undefined {
  const keys = new Map<unknown, string>(Object.entries(made).map(([key, metric]) => [metric, key]));
  for (const [key, metric] of Object.entries(metrics)) {
    const own = made[key];
    if (own === undefined || !isPlain(own) || !isPlain(metric) || !isAlike(metric, own)) return undefined;
    const count = updates.flatMap((update) => update.metrics).filter((receiver) => receiver === own).length;
    if (own.updates !== count) return undefined;
  }
  const additions = updates.map(({ metrics: receivers, sumsOf }) => ({
    keys: receivers.map((receiver) => keys.get(receiver) ?? ''),
    sumsOf,
  }));
  return additions.every((addition) => addition.keys.every((key) => Object.hasOwn(metrics, key)))
    ? additions
    : undefined;
}

function partOf(read: HostTensors, tensors: Readonly<Record<string, Tensor>>, of: number): HostTensors {
  return Object.fromEntries(Object.keys(tensors).map((name) => [name, read[`${of}/${name}`] as HostTensors[string]]));
}

function at<T>(list: readonly T[] | undefined, i: number): T {
  return (list as readonly T[])[i] as T;
}

/** What batches have in common of which one recording is run. */
function keyOf(batch: CheckedBatch): string {
  const textOf = (value: unknown): unknown => {
    if (isTensor(value)) return `${value.dtype}[${value.shape}]`;
    if (typeof value !== 'object' || value === null) return value;
    return Object.entries(value).map(([key, item]) => [key, textOf(item)]);
  };
  return `${getBackend()} ${JSON.stringify(textOf(batch))}`;
}
