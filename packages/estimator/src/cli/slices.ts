import type { Head } from '@tfjs-heads/head-api';
import { sha256 } from './model-module.js';
import { RowMetrics } from './row-metrics.js';

/** A value that is kept. */
interface Kept {
  /** By which it is chosen. */
  readonly hash: string;
  readonly value: string;
  readonly metrics: RowMetrics;
}

/**
 * Metrics for each value of a column, of so many values at most. Of more, those are kept whose hashes are the smallest: which ones that
 * are, and what they come to, does not depend on the order of the rows or how they are cut. For a value that is dropped was not among
 * the smallest of what came so far, so neither is it of all.
 */
export class Slices {
  readonly #head: Head;
  readonly #limit: number;
  readonly #kept = new Map<string, Kept>();
  /** The one with the largest hash, once there are as many as may be kept. */
  #last: Kept | undefined;

  constructor(head: Head, limit: number) {
    this.#head = head;
    this.#limit = limit;
  }

  /** The metrics of a value; undefined where it is not kept. */
  at(value: string): RowMetrics | undefined {
    const known = this.#kept.get(value);
    if (known !== undefined) return known.metrics;
    const hash = sha256(value);
    if (this.#last !== undefined) {
      if (hash > this.#last.hash) return undefined;
      this.#kept.delete(this.#last.value);
      this.#last.metrics.dispose();
    }
    const kept: Kept = { hash, value, metrics: new RowMetrics(this.#head) };
    this.#kept.set(value, kept);
    if (this.#kept.size === this.#limit)
      this.#last = [...this.#kept.values()].reduce((last, other) => (other.hash > last.hash ? other : last));
    return kept.metrics;
  }

  /** Values with their metrics, in the order of the values. */
  entries(): (readonly [string, RowMetrics])[] {
    const entries = [...this.#kept.values()].map(({ value, metrics }) => [value, metrics] as const);
    return entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  dispose(): void {
    for (const { metrics } of this.#kept.values()) metrics.dispose();
  }
}
