import { dispose, engine, tensor1d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { hostMemory, quote } from '@tfjs-heads/head-kit';
import { invalidRows } from '../data/invalid-rows.js';
import type { ColumnTensors, ColumnType, ColumnTypes } from './column-types.js';

/** The values of a column: numbers by its type, `bool` as 0 and 1. */
export type Column = Float32Array | Int32Array | Uint8Array | string[];

/** Rows by column. Plain data, which another thread can be sent. */
export interface ColumnBatch {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, Column>;
}

/** What a slice may be called at most, in characters. */
const LONGEST_SLICE = 1000;

/** An array for so many values of a type. */
export function columnOf(type: ColumnType, rows: number): Column {
  if (type === 'float32') return new Float32Array(rows);
  if (type === 'int32') return new Int32Array(rows);
  return type === 'bool' ? new Uint8Array(rows) : Array.from<string>({ length: rows });
}

/** Tensors `[rows]` of columns, which the caller owns. */
export function tensorsOf({ columns }: ColumnBatch, types: ColumnTypes): ColumnTensors {
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => [name, tensor1d(columns.get(name) as Float32Array, type)]),
  );
}

/**
 * Disposes of tensors of columns.
 *
 * @returns Whether nobody looks at the numbers any more that they were made of: a model may have kept what it was given, and a device may
 *   not have taken it yet
 */
export function disposeColumns(...all: readonly ColumnTensors[]): boolean {
  const tensors: readonly Tensor[] = all.flatMap((columns) => Object.values(columns));
  dispose([...tensors]);
  const { backend, state } = engine();
  return hostMemory(backend) !== undefined && tensors.every(({ dataId }) => !state.tensorInfo.has(dataId));
}

/** The columns that a command reads: those of a model, and that of the slices, as text where the model has no use for it. */
export function columnsToRead(types: ColumnTypes, by: string | undefined): ColumnTypes {
  return by === undefined || Object.hasOwn(types, by) ? types : { ...types, [by]: 'string' };
}

/**
 * The column of slices as text.
 *
 * @throws INPUT_INVALID for a value that is too long to be the name of a slice
 */
export function namesOfSlices({ columns }: ColumnBatch, by: string): string[] {
  const names = Array.from(columns.get(by) as ArrayLike<number | string>, String);
  const long = names.find((name) => name.length > LONGEST_SLICE);
  if (long === undefined) return names;
  throw invalidRows(`${quote(by)} must have values of ${LONGEST_SLICE} characters at most, got ${long.length}`);
}

/** A batch in parts of so many rows at most, in their order. Numbers are not copied. */
export function* partsOf(batch: ColumnBatch, size: number): Generator<ColumnBatch, void, void> {
  for (let start = 0; start < batch.rows; start += size) {
    const end = Math.min(start + size, batch.rows);
    const part = (column: Column): Column =>
      Array.isArray(column) ? column.slice(start, end) : (column.subarray(start, end) as Column);
    yield {
      rows: end - start,
      columns: new Map([...batch.columns].map(([name, column]) => [name, part(column)] as const)),
    };
  }
}
