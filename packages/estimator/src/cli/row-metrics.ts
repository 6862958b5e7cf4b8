import type { Features, Head, JsonNumber, Labels, Logits, Metrics } from '@tfjs-heads/head-api';
import { headError, quote } from '@tfjs-heads/head-kit';
import { jsonNumber, type RowsState } from './evaluation-state.js';

/** A batch as a head takes it. */
export interface HeadBatch {
  readonly features: Features;
  readonly logits: Logits;
  readonly labels: Labels;
}

/** The metrics of a head over some rows. */
export class RowMetrics {
  readonly #head: Head;
  readonly #metrics: Metrics;
  #rows = 0;

  constructor(head: Head) {
    this.#head = head;
    this.#metrics = head.metrics();
  }

  get rows(): number {
    return this.#rows;
  }

  add({ features, logits, labels }: HeadBatch, rows: number): void {
    this.#head.updateMetrics(this.#metrics, features, logits, labels);
    this.#rows += rows;
  }

  /**
   * Adds what other rows have come to.
   *
   * @throws METRIC_STATE_INVALID for states of other metrics
   */
  merge({ rows, metrics }: RowsState): void {
    const keys = Object.keys(this.#metrics);
    const given = Object.keys(metrics);
    if (given.length !== keys.length || !keys.every((key) => Object.hasOwn(metrics, key)))
      throw headError(
        'METRIC_STATE_INVALID',
        `A state to merge must have the metrics ${keys.join(', ')}, got ${quote(given.join(', '))}.`,
      );
    if (!Number.isSafeInteger(this.#rows + rows))
      throw headError('METRIC_STATE_INVALID', `A state to merge must have rows that can be counted, got ${rows} more.`);
    for (const [key, metric] of Object.entries(this.#metrics))
      metric.merge(metrics[key] as RowsState['metrics'][string]);
    this.#rows += rows;
  }

  async state(): Promise<RowsState> {
    const states = Object.entries(this.#metrics).map(async ([key, metric]) => [key, await metric.state()] as const);
    return { rows: this.#rows, metrics: Object.fromEntries(await Promise.all(states)) };
  }

  /** The values of the metrics by their keys. */
  async results(): Promise<Readonly<Record<string, JsonNumber>>> {
    const results = Object.entries(this.#metrics).map(
      async ([key, metric]) => [key, jsonNumber(await metric.result())] as const,
    );
    return Object.fromEntries(await Promise.all(results));
  }

  dispose(): void {
    for (const metric of Object.values(this.#metrics)) metric.dispose();
  }
}
