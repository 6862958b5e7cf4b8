import type { Tensor } from '@tensorflow/tfjs-core';
import type { JsonNumber, Metric, MetricState } from '@tfjs-heads/head-api';
import { describe, quote } from '../checks/describe.js';
import { ask, isList, isPromise } from '../checks/kinds.js';
import { checkNumeric, checkTensor } from '../checks/tensor.js';
import { headError } from '../error.js';
import { type Accumulator, sumsOf } from './accumulator.js';
import { HostBatch, plainName } from './host-batch.js';
import { updateNow } from './update.js';

/**
 * A metric that is computed from the sums of an accumulator. They are kept on the host in doubles: a device's float32 sums
 * would depend on how the data were cut into batches, and stop counting at 2^24.
 *
 * ```ts
 * const auc = new StreamingMetric(buckets({ predictions: 'probabilities' }), rocAuc);
 * auc.update(probabilities, labels);
 * await auc.result();
 * ```
 */
export class StreamingMetric implements Metric {
  /** The kind of the accumulator, with its settings where they matter for merging. */
  readonly metric: string;
  protected readonly sums: Float64Array;
  readonly #accumulator: Accumulator;
  readonly #resultOf: (sums: Float64Array) => number;
  #updates = 0;
  /** Reads under way, each with what it then adds. */
  #pending: PromiseLike<void> = Promise.resolve();
  #error: unknown;
  /** Counts resets: a read that was begun before one must not be added after it. */
  #epoch = 0;

  /** @param resultOf What the sums come to. */
  constructor(accumulator: Accumulator, resultOf: (sums: Float64Array) => number) {
    this.#accumulator = accumulator;
    this.#resultOf = resultOf;
    this.metric = accumulator.kind;
    this.sums = new Float64Array(accumulator.size);
  }

  /** How often something was added since the last reset, what is still being read included. */
  get updates(): number {
    return this.#updates;
  }

  /** @param tensors What the accumulator reads, in its order. */
  update(...tensors: readonly (Tensor | undefined)[]): void {
    const { reads } = this.#accumulator;
    this.#checkInputs(reads, tensors);
    const given = tensors.flatMap((tensor, index) =>
      tensor === undefined ? [] : [[plainName(reads[index] as string), tensor] as const],
    );
    updateNow({
      tensors: Object.fromEntries(given),
      metrics: [this],
      sumsOf: (read) => [sumsOf(this.#accumulator, new HostBatch(read))],
    });
  }

  /**
   * Adds sums, as of the accumulator for a batch: its part of a read that several metrics share.
   *
   * @param sums Where they are still being read, the promise of them.
   */
  receive(sums: ArrayLike<number> | PromiseLike<ArrayLike<number>>): void {
    this.#updates++;
    if (isPromise(sums)) this.#pending = this.#addAfter(this.#pending, sums);
    else this.#add(sums);
  }

  /** Batches are added in their order, so that sums do not depend on which read ends first. */
  async #addAfter(pending: PromiseLike<void>, read: PromiseLike<ArrayLike<number>>): Promise<void> {
    const epoch = this.#epoch;
    try {
      const sums = await read;
      await pending;
      if (epoch === this.#epoch) this.#add(sums);
    } catch (error) {
      // Kept until somebody asks for the result; nobody awaits an update.
      if (epoch === this.#epoch) this.#error ??= error;
    }
  }

  #add(sums: ArrayLike<number>): void {
    for (let i = 0; i < this.sums.length; i++) this.sums[i] = (this.sums[i] as number) + (sums[i] as number);
  }

  async result(): Promise<number> {
    await this.#settle();
    return this.#resultOf(this.sums);
  }

  reset(): void {
    this.#epoch++;
    this.#updates = 0;
    this.#error = undefined;
    this.#pending = Promise.resolve();
    this.sums.fill(0);
  }

  async state(): Promise<MetricState> {
    await this.#settle();
    return { metric: this.metric, sums: Array.from(this.sums, toJson) };
  }

  merge(state: MetricState): void {
    const sums = ask(() => this.#sumsOfState(state), undefined);
    if (sums === undefined || sums.includes(undefined)) {
      throw headError(
        'METRIC_STATE_INVALID',
        `state must be that of the metric ${this.metric}, with ${this.sums.length} sums, got ${stateText(state)}.`,
      );
    }
    this.#add(sums as number[]);
    this.#updates++;
  }

  dispose(): void {
    this.reset();
  }

  async #settle(): Promise<void> {
    await this.#pending;
    if (this.#error !== undefined) throw this.#error;
  }

  #sumsOfState({ metric, sums }: MetricState): (number | undefined)[] | undefined {
    if (metric !== this.metric || !isList(sums) || sums.length !== this.sums.length) return undefined;
    return Array.from(sums, fromJson);
  }

  #checkInputs(reads: readonly string[], tensors: readonly unknown[]): void {
    if (tensors.length > reads.length) {
      throw headError(
        'METRIC_INPUT_INVALID',
        `${this.metric}.update takes ${reads.join(', ')}, got ${tensors.length} arguments.`,
      );
    }
    reads.forEach((input, index) => {
      const tensor = tensors[index];
      if (tensor === undefined && input.endsWith('?')) return;
      const name = `${this.metric}.update: ${input}`;
      checkNumeric(name, checkTensor(name, tensor, 'a tensor', 'METRIC_INPUT_INVALID'), 'METRIC_INPUT_INVALID');
    });
  }
}

/** JSON has no NaN and no infinities. */
function toJson(value: number): JsonNumber {
  return Number.isFinite(value) ? value : (String(value) as JsonNumber);
}

/** A state is told by what should fit: its metric and its sums. */
function stateText(state: unknown): string {
  return ask(() => {
    const { metric, sums } = state as MetricState;
    return `the metric ${quote(metric)} with ${isList(sums) ? `the sums ${quote(sums.slice(0, 10).map(String).join(','))}` : describe(sums)}`;
  }, describe(state));
}

function fromJson(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : undefined;
}
