import { describeValue, isMap } from '@tfjs-heads/head-kit';
import { invalidRows } from './data/invalid-rows.js';
import { inputFnOf } from './data/batches.js';
import { type DataOptions, invalid } from './data/options.js';
import type { RawRows } from './data/typed-columns.js';
import type { InputFn } from './input.js';

export type { ColumnSpec, DataOptions } from './data/options.js';

type Row = object;

/** Objects one after another: an array, another iterable, or a function that gives one anew for each epoch. */
export type Rows = Iterable<Row> | AsyncIterable<Row> | (() => Iterable<Row> | AsyncIterable<Row>);

const CHUNK = 4096;

/**
 * An input function of objects, one a row, such as JSON has them. A generator comes only once: for several epochs give the function that makes it.
 *
 * ```ts
 * const inputFn = rowsInputFn(cars, { columns: { weight: 'float32', mpg: 'float32' }, label: 'mpg', batchSize: 32 });
 * ```
 *
 * @throws INVALID_ARGUMENT; its batches throw INPUT_INVALID for a row that is no object, or has a value of another type
 */
export function rowsInputFn(rows: Rows, options: DataOptions): InputFn {
  const from = (rows ?? {}) as Partial<Iterable<Row> & AsyncIterable<Row>>;
  if (typeof rows !== 'function' && from[Symbol.iterator] === undefined && from[Symbol.asyncIterator] === undefined)
    throw invalid('rows', 'an iterable of objects, or a function that gives one', rows);
  return inputFnOf('rows', (columns) => rawRows(typeof rows === 'function' ? rows() : rows, columns), options);
}

async function* rawRows(
  source: Iterable<Row> | AsyncIterable<Row>,
  columns: readonly string[],
): AsyncGenerator<RawRows, void, void> {
  let values: unknown[][] = columns.map(() => []);
  let [rows, first] = [0, 1];
  const take = (): RawRows => {
    const taken = { rows, first, columns: new Map(columns.map((name, c) => [name, values[c] as unknown[]])) };
    first += rows;
    rows = 0;
    values = columns.map(() => []);
    return taken;
  };
  const add = (row: unknown): void => {
    if (!isMap(row)) throw invalidRows(`row ${first + rows} must be an object, got ${describeValue(row)}`);
    for (let c = 0; c < columns.length; c++) {
      const name = columns[c] as string;
      (values[c] as unknown[])[rows] = Object.hasOwn(row, name) ? (row as Record<string, unknown>)[name] : undefined;
    }
    rows++;
  };
  // An array is not waited for row by row.
  if (Symbol.asyncIterator in source)
    for await (const row of source) {
      add(row);
      if (rows === CHUNK) yield take();
    }
  else
    for (const row of source) {
      add(row);
      if (rows === CHUNK) yield take();
    }
  if (rows > 0) yield take();
}
