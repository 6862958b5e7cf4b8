import { open } from '#open';
import type { FileHandle } from 'node:fs/promises';
import { type Data, type RecordBatch, RecordBatchReader, type Table } from 'apache-arrow';
import { quote } from '@tfjs-heads/head-kit';
import { arrowMessages } from './cli/arrow-messages.js';
import { isNumeric, numbersOf, recordBatches, stringsOf } from './cli/arrow-rows.js';
import { invalidRows } from './data/invalid-rows.js';
import { inputFnOf } from './data/batches.js';
import { placesOf } from './data/columns-there.js';
import type { CheckedColumn, DataOptions } from './data/options.js';
import { type DataSource, isBlob, nameOf, type Opened } from './data/source.js';
import type { RawRows } from './data/typed-columns.js';
import type { InputFn } from './input.js';

export type { ColumnSpec, DataOptions } from './data/options.js';
export type { DataSource } from './data/source.js';

/** How many bytes a batch of a file may have. */
const LARGEST = 2 ** 30;

/** How a file in Arrow's file format begins: ARROW1. */
const MAGIC = [65, 82, 82, 79, 87, 49];

/**
 * An input function of a table of Arrow, or of a file in Arrow's IPC format (Feather 2), stream or file, not compressed. Of a file one record batch is held at a time.
 *
 * ```ts
 * const inputFn = arrowInputFn(table, { columns: { distance: 'float32', delay: 'float32' }, label: 'delay', batchSize: 256 });
 * ```
 *
 * @throws INVALID_ARGUMENT; its batches throw INPUT_INVALID for bytes that are none of Arrow, a column that is missing and a value of another type
 */
export function arrowInputFn(source: DataSource | Table, options: DataOptions): InputFn {
  if (typeof source === 'string' || source instanceof URL || isBlob(source))
    return inputFnOf(nameOf(source), (_, columns) => rawRows(fileBatches(source), columns), options);
  return inputFnOf('table', (_, columns) => rawRows(source.batches, columns), options);
}

async function* rawRows(
  batches: Iterable<RecordBatch> | AsyncIterable<RecordBatch>,
  columns: readonly CheckedColumn[],
): AsyncGenerator<RawRows, void, void> {
  let first = 1;
  for await (const batch of batches) {
    const places = placesOf(
      columns.map(({ name }) => name),
      batch.schema.fields.map((field) => field.name),
    );
    const values = columns.map((column, c) => [column.name, valuesOf(batch, places[c] as number, column)] as const);
    if (batch.numRows > 0) yield { rows: batch.numRows, first, columns: new Map(values) };
    first += batch.numRows;
  }
}

function valuesOf(batch: RecordBatch, place: number, { name, type }: CheckedColumn): ArrayLike<unknown> {
  const data = batch.data.children[place] as Data;
  if (data.length !== batch.numRows)
    throw invalidRows(`column ${quote(name)} must have ${batch.numRows} values in a batch, got ${data.length}`);
  const values = isNumeric(data) ? numbersOf(data, name, type) : stringsOf(batch, place, data, name);
  return data.nullCount === 0
    ? values
    : Array.from<unknown, unknown>(values, (value, row) => (data.getValid(row) ? value : null));
}

async function* fileBatches(source: DataSource): AsyncGenerator<RecordBatch, void, void> {
  const opened = await open(source);
  try {
    const start = new Uint8Array(await opened.slice(0, MAGIC.length));
    if (MAGIC.every((byte, i) => start[i] === byte)) yield* blocks(opened);
    else yield* recordBatches(arrowMessages(opened.stream(), LARGEST));
  } finally {
    await opened.close();
  }
}

/** The batches of a file in the file format, whose footer says where they are: its reader takes a handle of Node's, so this is one. */
async function* blocks(opened: Opened): AsyncGenerator<RecordBatch, void, void> {
  const size = await opened.size();
  const handle = {
    fd: 0,
    stat: async () => ({ size }),
    read: async (buffer: Uint8Array, offset: number, length: number, position: number) => {
      const bytes = new Uint8Array(await opened.slice(position, Math.min(position + length, size)));
      buffer.set(bytes, offset);
      return { bytesRead: bytes.length, buffer };
    },
    close: async () => undefined,
  };
  try {
    yield* await RecordBatchReader.from(handle as unknown as FileHandle);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'INPUT_INVALID') throw error;
    throw invalidRows(`a whole file in Arrow's IPC format was expected, got ${String(error).slice(0, 200)}`);
  }
}
