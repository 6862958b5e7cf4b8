import { open } from '#open';
import { type ParquetScan, parquetScan, type SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { headError } from '@tfjs-heads/head-kit';
import { inputFnOf } from './data/batches.js';
import { placesOf } from './data/columns-there.js';
import type { CheckedColumn, DataOptions } from './data/options.js';
import { type CheckPage, ParquetPages } from './data/parquet-pages.js';
import { type DataSource, nameOf } from './data/source.js';
import type { RawRows } from './data/typed-columns.js';
import { decompressZstd } from './data/zstd.js';
import type { InputFn } from './input.js';

export type { ColumnSpec, DataOptions } from './data/options.js';
export type { DataSource } from './data/source.js';

/** How many rows are converted at a time. */
const CHUNK = 16_384;

/**
 * An input function of a Parquet file, however it is compressed. One row group is held at a time, of the columns that are read; over HTTP nothing else is fetched where
 * the server gives ranges.
 *
 * ```ts
 * const inputFn = parquetInputFn('flights.parquet', {
 *   columns: { distance: 'float32', origin: 'string', delay: 'float32' },
 *   label: 'delay',
 *   batchSize: 1024,
 *   shuffle: { bufferSize: 100_000 },
 * });
 * ```
 *
 * @throws INVALID_ARGUMENT; its batches throw INPUT_INVALID for a file that is none of Parquet or ends before its time, row groups of more than 2^25 rows and pages of more than 2^28 bytes, a column that is
 *   missing or nested and a value of another type
 */
export function parquetInputFn(source: DataSource, options: DataOptions): InputFn {
  return inputFnOf(nameOf(source), (columns, typed) => parquetRows(source, columns, typed), options);
}

async function* parquetRows(
  source: DataSource,
  columns: readonly string[],
  typed: readonly CheckedColumn[],
): AsyncGenerator<RawRows, void, void> {
  const opened = await open(source);
  try {
    let pages: ParquetPages | undefined;
    const file = {
      byteLength: await opened.size(),
      slice: async (start: number, end?: number) => {
        const bytes = await opened.slice(start, end ?? file.byteLength);
        pages?.check(start, bytes);
        return bytes;
      },
    };
    const options = {
      file,
      compressors: checkedBy((compressed, page) => pages?.checkPage(compressed, page)),
      useOffsetIndex: false,
    };
    const scan = await whole(() => parquetScan(options));
    const [root, ...elements] = scan.metadata.schema;
    // Those at the top: what is nested is not looked at.
    const there: string[] = [];
    for (let i = 0; there.length < (root?.num_children ?? 0) && i < elements.length; i++) {
      there.push(elements[i]?.name ?? '');
      for (let inner = elements[i]?.num_children ?? 0; inner > 0; inner--) inner += elements[++i]?.num_children ?? 0;
    }
    placesOf(columns, there);
    asNumbers(scan.metadata.schema, typed);
    pages = new ParquetPages(scan.metadata, columns, file.byteLength);
    for (const { rowStart, rowEnd } of scan.ranges) {
      const values = await whole(() => readColumns(scan, columns, rowStart, rowEnd));
      for (let start = rowStart; start < rowEnd; start += CHUNK) {
        const end = Math.min(start + CHUNK, rowEnd);
        const part = columns.map((name, c) => {
          const column = values[c] as ArrayLike<unknown> & { slice(from: number, to: number): ArrayLike<unknown> };
          return [name, column.slice(start - rowStart, end - rowStart)] as const;
        });
        yield { rows: end - start, first: start + 1, columns: new Map(part) };
      }
    }
  } finally {
    await opened.close();
  }
}

/**
 * Whole numbers of 64 bits are BigInts for the reader, an object for each row. Where numbers are wanted, it is told that they are decimals without decimals, of which it makes
 * numbers, one for each value of a dictionary.
 */
function asNumbers(schema: readonly SchemaElement[], columns: readonly CheckedColumn[]): void {
  const numbers = new Set(columns.filter(({ type }) => type !== 'string').map(({ name }) => name));
  for (const element of schema.slice(1)) {
    const { type, converted_type: converted, logical_type: logical } = element;
    if (type === 'INT64' && converted === undefined && logical === undefined && numbers.has(element.name)) {
      element.converted_type = 'DECIMAL';
      element.scale = 0;
    }
  }
}

/** The compressors, with a look at what each page comes to. */
function checkedBy(check: CheckPage): typeof compressors {
  return Object.fromEntries(
    Object.entries({ ...compressors, ZSTD: decompressZstd }).map(([codec, decompress]) => [
      codec,
      (input: Uint8Array, length: number) => {
        const page = decompress(input, length);
        check(input, page);
        return page;
      },
    ]),
  );
}

async function readColumns(
  scan: ParquetScan,
  columns: readonly string[],
  rowStart: number,
  rowEnd: number,
): Promise<ArrayLike<unknown>[]> {
  const all: ArrayLike<unknown>[] = [];
  for (const column of columns) {
    const values = await scan.readColumn({ column, rowStart, rowEnd });
    if (values.length !== rowEnd - rowStart) throw new Error(`${values.length} of ${rowEnd - rowStart} values`);
    all.push(values);
  }
  return all;
}

/** What a reader throws for a file that is damaged has no code. */
async function whole<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if ((error as { code?: unknown }).code === 'INPUT_INVALID') throw error;
    throw headError('INPUT_INVALID', `Rows: a whole Parquet file was expected, got ${String(error).slice(0, 200)}.`, {
      cause: error,
    });
  }
}
