import { random } from '@tfjs-heads/reference';
import { type Column, type ColumnBatch, columnOf } from '../cli/columns.js';
import type { CheckedColumn } from './options.js';

/**
 * Rows in a random order out of a buffer: each row that comes takes the place of one that goes, as in tf.data. In the end the buffer is emptied in a random order.
 *
 * @param seed Of the order.
 */
export async function* shuffled(
  source: AsyncIterable<ColumnBatch>,
  columns: readonly CheckedColumn[],
  bufferSize: number,
  seed: number,
): AsyncGenerator<ColumnBatch, void, void> {
  const next = random(seed);
  for (let i = 0; i < 8; i++) next(); // Seeds that are near to each other begin alike.
  const held = new Buffer(columns);
  for await (const batch of source) {
    const taken = Math.min(bufferSize - held.rows, batch.rows);
    held.append(batch, taken);
    const rows = batch.rows - taken;
    if (rows === 0) continue;
    const slots = new Int32Array(rows);
    for (let i = 0; i < rows; i++) slots[i] = Math.floor(next() * bufferSize);
    yield held.exchange(batch, taken, slots);
  }
  const order = new Int32Array(held.rows);
  for (let i = 0; i < order.length; i++) {
    const j = Math.floor(next() * (i + 1));
    order[i] = order[j] as number;
    order[j] = i;
  }
  if (order.length > 0) yield held.pick(order);
}

/** Rows that are held, by column. Grows to what it needs: a buffer may be larger than the data. */
class Buffer {
  rows = 0;
  readonly #columns: readonly CheckedColumn[];
  readonly #held = new Map<string, Column>();

  constructor(columns: readonly CheckedColumn[]) {
    this.#columns = columns;
    for (const { name, type } of columns) this.#held.set(name, columnOf(type, 0));
  }

  /** Keeps the first rows of a batch. */
  append(batch: ColumnBatch, count: number): void {
    if (count === 0) return;
    const rows = this.rows + count;
    for (const { name, type } of this.#columns) {
      const [held, given] = [this.#held.get(name) as Column, batch.columns.get(name) as Column];
      if (Array.isArray(held)) {
        for (let i = 0; i < count; i++) held[this.rows + i] = given[i] as string;
        continue;
      }
      let larger = held as Float32Array;
      if (held.length < rows) {
        larger = columnOf(type, Math.max(rows, 2 * held.length)) as Float32Array;
        larger.set(held);
        this.#held.set(name, larger);
      }
      larger.set((given as Float32Array).subarray(0, count), this.rows);
    }
    this.rows = rows;
  }

  /** Gives the rows at slots, one after the other, and keeps those of a batch, from `start` on, in their places. */
  exchange(batch: ColumnBatch, start: number, slots: Int32Array): ColumnBatch {
    return this.#map(slots.length, (held, name, out) => {
      const given = batch.columns.get(name) as Float32Array;
      for (let i = 0; i < slots.length; i++) {
        const slot = slots[i] as number;
        out[i] = held[slot] as number;
        held[slot] = given[start + i] as number;
      }
    });
  }

  pick(order: Int32Array): ColumnBatch {
    return this.#map(order.length, (held, _, out) => {
      for (let i = 0; i < order.length; i++) out[i] = held[order[i] as number] as number;
    });
  }

  #map(rows: number, fill: (held: Float32Array, name: string, out: Float32Array) => void): ColumnBatch {
    const columns = this.#columns.map(({ name, type }) => {
      const out = columnOf(type, rows);
      fill(this.#held.get(name) as Float32Array, name, out as Float32Array);
      return [name, out] as const;
    });
    return { rows, columns: new Map(columns) };
  }
}
