import type { Tensor } from '@tensorflow/tfjs-core';
import type { Metric, MetricState } from '@tfjs-heads/head-api';
import { checkNumeric, checkTensor } from '../checks/tensor.js';
import { headError } from '../error.js';
import { type Accumulator, type MetricSettings, type RowSums, sumsOf } from './accumulator.js';
import { ExactSums } from './exact-sums.js';
import { HostBatch, plainName } from './host-batch.js';
import { readState, writeState } from './metric-state.js';
import { giveBack } from './room.js';
import { updateNow } from './update.js';

/** What a metric is called in its states. */
export interface MetricName {
  /** Default: the kind of its accumulator. */
  readonly metric?: string | undefined;
  /** Besides those of its accumulator. */
  readonly settings?: MetricSettings | undefined;
}

/**
 * A metric that is computed from the sums of an accumulator. They are kept on the host, without rounding: the same rows come to the
 * same number in any order, however they are cut into batches and states. A device's float32 sums would stop counting at 2^24.
 *
 * ```ts
 * const auc = new StreamingMetric(buckets({ predictions: 'probabilities' }), rocAuc);
 * auc.update(probabilities, labels);
 * await auc.result();
 * ```
 */
export class StreamingMetric implements Metric {
  /** What it is called in its states. */
  readonly metric: string;
  /** What its sums depend on. States of a metric with others are refused. */
  readonly settings: MetricSettings;
  protected readonly sums: ExactSums;
  readonly #accumulator: Accumulator;
  readonly #resultOf: (sums: ArrayLike<number>) => number;
  #updates = 0;
  #rows = 0;
  /** Reads under way, each with what it then adds. */
  #pending: PromiseLike<void> | undefined;
  #error: unknown;
  /** Counts resets: a read that was begun before one must not be added after it. */
  #epoch = 0;

  /** @param resultOf What the sums come to, each of them rounded to a double; they are not its own to keep. */
  constructor(
    accumulator: Accumulator,
    resultOf: (sums: ArrayLike<number>) => number,
    { metric = accumulator.kind, settings }: MetricName = {},
  ) {
    this.#accumulator = accumulator;
    this.#resultOf = resultOf;
    this.metric = metric;
    this.settings = { ...accumulator.settings, ...settings };
    this.sums = new ExactSums(accumulator.size);
  }

  /** How often something was added since the last reset, what is still being read included. */
  get updates(): number {
    return this.#updates;
  }

  /** @param tensors What the accumulator reads, in its order. */
  update(...tensors: readonly (Tensor | undefined)[]): void {
    const { reads } = this.#accumulator;
    this.#checkInputs(reads, tensors);
    const given: Record<string, Tensor> = {};
    tensors.forEach((tensor, index) => {
      if (tensor !== undefined) given[plainName(reads[index] as string)] = tensor;
    });
    updateNow({ tensors: given, metrics: [this], sumsOf: (read) => [sumsOf(this.#accumulator, new HostBatch(read))] });
  }

  /**
   * Adds sums, as of the accumulator for a batch: its part of a read that several metrics share.
   *
   * @param added Where they are still being read, the promise of them.
   */
  receive(added: RowSums | PromiseLike<RowSums>): void {
    this.#updates++;
    if ('sums' in added) this.#add(added);
    else this.#pending = this.#addAfter(this.#pending, added);
  }

  async #addAfter(pending: PromiseLike<void> | undefined, read: PromiseLike<RowSums>): Promise<void> {
    const epoch = this.#epoch;
    try {
      const added = await read;
      await pending;
      if (epoch === this.#epoch) this.#add(added);
    } catch (error) {
      // Kept until somebody asks for the result; nobody awaits an update.
      if (epoch === this.#epoch) this.#error ??= error;
    }
  }

  #add({ rows, sums }: RowSums): void {
    this.sums.addAll(sums);
    this.#rows += rows;
  }

  async result(): Promise<number> {
    if (this.#pending !== undefined) await this.#pending;
    if (this.#error !== undefined) throw this.#error;
    const sums = this.sums.rounded();
    const result = this.#resultOf(sums);
    giveBack(sums);
    return result;
  }

  reset(): void {
    this.#epoch++;
    this.#updates = this.#rows = 0;
    this.#error = this.#pending = undefined;
    this.sums.clear();
  }

  /** What has been summed up so far, for {@link receive} of another such metric. The sums stay its own. */
  async summed(): Promise<RowSums> {
    if (this.#pending !== undefined) await this.#pending;
    if (this.#error !== undefined) throw this.#error;
    return { rows: this.#rows, sums: this.sums };
  }

  async state(): Promise<MetricState> {
    return writeState(this, await this.summed());
  }

  /** @throws METRIC_STATE_INVALID for what is no state of this metric with these settings; nothing has changed then */
  merge(state: MetricState): void {
    this.#add(readState(this, state, { rows: this.#rows, sums: this.sums }));
    this.#updates++;
  }

  dispose(): void {
    this.reset();
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
