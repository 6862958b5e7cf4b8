import { describeValue, quote } from '@tfjs-heads/head-kit';
import { invalidRows } from './invalid-rows.js';
import { type Column, type ColumnBatch, columnOf } from '../cli/columns.js';
import { fromText } from '../cli/text-rows.js';
import type { CheckedColumn } from './options.js';

/** Rows as a reader has them: by column, each value whatever the format has, null or undefined where one is missing. */
export interface RawRows {
  readonly rows: number;
  /** The number of the first row, from 1 on. */
  readonly first: number;
  readonly columns: ReadonlyMap<string, ArrayLike<unknown>>;
  /** Where values are texts: those that stand for a missing one. */
  readonly missingTexts?: ReadonlySet<string>;
}

/**
 * Rows by the types of columns, without those that lack a value for which nothing stands in, where they are to be left out.
 *
 * @throws INPUT_INVALID, which names column and row, for a value that is not of its type
 */
export function typedRows(raw: RawRows, columns: readonly CheckedColumn[], omitMissing: boolean): ColumnBatch {
  const omitted = omitMissing ? new Uint8Array(raw.rows) : undefined;
  const typed = columns.map((column) => [column.name, typedColumn(raw, column, omitted)] as const);
  const left = omitted === undefined ? raw.rows : omitted.reduce((count, isOmitted) => count - isOmitted, raw.rows);
  if (omitted === undefined || left === raw.rows) return { rows: raw.rows, columns: new Map(typed) };
  return { rows: left, columns: new Map(typed.map(([name, column]) => [name, without(column, omitted)] as const)) };
}

function typedColumn(raw: RawRows, { name, type, missing }: CheckedColumn, omitted: Uint8Array | undefined): Column {
  const values = raw.columns.get(name) as ArrayLike<unknown>;
  if (type === 'float32' && values instanceof Float32Array) return values;
  const column = columnOf(type, raw.rows) as (number | string)[];
  const { missingTexts } = raw;
  const read = missingTexts === undefined ? valueReader(type) : (text: unknown) => fromText(text as string, type);
  for (let i = 0; i < raw.rows; i++) {
    const given = values[i];
    let value: number | string | undefined;
    if (given === null || given === undefined || missingTexts?.has(given as string) === true) {
      value = missing;
      if (value === undefined && omitted !== undefined) {
        omitted[i] = 1;
        continue;
      }
    } else value = read(given);
    if (value === undefined) {
      const got =
        given === null || given === undefined || missingTexts?.has(given as string) === true
          ? 'nothing'
          : typeof given === 'string'
            ? quote(given)
            : describeValue(given);
      throw invalidRows(`column ${quote(name)} of row ${raw.first + i} must be ${type}, got ${got}`);
    }
    column[i] = value;
  }
  return column as Column;
}

/** Reads a value that is none of text; undefined where it is of another type. */
function valueReader(type: CheckedColumn['type']): (value: unknown) => number | string | undefined {
  if (type === 'string')
    return (value) =>
      typeof value === 'string'
        ? value
        : typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
          ? String(value)
          : undefined;
  const numberOf = (value: unknown): number | undefined =>
    typeof value === 'number'
      ? value
      : typeof value === 'bigint' || typeof value === 'boolean'
        ? Number(value)
        : undefined;
  if (type === 'float32') return numberOf;
  if (type === 'int32')
    return (value) => {
      const number = numberOf(value);
      return number !== undefined && (number | 0) === number ? number : undefined;
    };
  return (value) => {
    const number = numberOf(value);
    return number === 0 || number === 1 ? number : undefined;
  };
}

function without(column: Column, omitted: Uint8Array): Column {
  return Array.isArray(column)
    ? column.filter((_, i) => omitted[i] === 0)
    : ((column as Float32Array).filter((_, i) => omitted[i] === 0) as Column);
}
