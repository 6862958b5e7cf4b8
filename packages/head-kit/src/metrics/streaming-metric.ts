import type { Tensor } from '@tensorflow/tfjs-core';
import type { JsonNumber, Metric, MetricState } from '@tfjs-heads/head-api';
import { describe, quote } from '../checks/describe.js';
import { ask, isList, isPromise } from '../checks/kinds.js';
import { checkNumeric, checkTensor } from '../checks/tensor.js';
import { headError } from '../error.js';
import { type HostTensor, readTensors } from '../read-tensors.js';

/**
 * A metric made of sums. They are kept on the host in doubles: a device's float32 sums would depend
 * on how the data were cut into batches, and stop counting at 2^24.
 *
 * A subclass says how many sums there are, what a batch adds to them and what they come to.
 */
export abstract class StreamingMetric implements Metric {
  /** The class of the metric, with its settings where they matter for merging. */
  abstract readonly metric: string;
  /** The names of the inputs of `update`, in order; those that end in `?` may be left out. */
  protected abstract readonly inputs: readonly string[];
  protected readonly sums: Float64Array;
  #updates = 0;
  /** Reads under way, each with what it then adds. */
  #pending: PromiseLike<void> = Promise.resolve();
  #error: unknown;
  /** Counts resets: a read that was begun before one must not be added after it. */
  #epoch = 0;

  constructor(numberOfSums: number) {
    this.sums = new Float64Array(numberOfSums);
  }

  /**
   * What a batch adds to the sums, from what was read of it.
   *
   * @throws METRIC_INPUT_INVALID
   */
  abstract sumsOf(...inputs: readonly (HostTensor | undefined)[]): ArrayLike<number>;

  /** The value that the sums come to. */
  protected abstract compute(): number;

  /** How often something was added since the last reset, what is still being read included. */
  get updates(): number {
    return this.#updates;
  }

  update(...tensors: readonly (Tensor | undefined)[]): void {
    this.#checkInputs(tensors);
    const given = Object.fromEntries(Object.entries(tensors).filter(([, tensor]) => tensor !== undefined));
    this.receive(readTensors(given as Record<string, Tensor>), (read) => {
      return this.sumsOf(...tensors.map((_, index) => read[String(index)]));
    });
  }

  /**
   * Takes part in a read that several metrics share.
   *
   * @param read What was read, or the promise of it.
   * @param sumsOf What of it to add to the sums.
   */
  receive<T>(read: T | PromiseLike<T>, sumsOf: (read: T) => ArrayLike<number>): void {
    if (!isPromise(read)) {
      this.#add(sumsOf(read));
      this.#updates++;
      return;
    }
    this.#updates++;
    this.#pending = this.#addAfter(this.#pending, read, sumsOf);
  }

  /** Batches are added in their order, so that sums do not depend on which read ends first. */
  async #addAfter<T>(pending: PromiseLike<void>, read: PromiseLike<T>, sumsOf: (read: T) => ArrayLike<number>): Promise<void> {
    const epoch = this.#epoch;
    try {
      const values = await read;
      await pending;
      if (epoch === this.#epoch) this.#add(sumsOf(values));
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
    return this.compute();
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

  #checkInputs(tensors: readonly unknown[]): void {
    if (tensors.length > this.inputs.length) {
      throw headError(
        'METRIC_INPUT_INVALID',
        `${this.metric}.update takes ${this.inputs.join(', ')}, got ${tensors.length} arguments.`,
      );
    }
    this.inputs.forEach((input, index) => {
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
