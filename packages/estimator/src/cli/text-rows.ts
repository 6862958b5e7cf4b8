import { describeValue, quote } from '@tfjs-heads/head-kit';
import { invalidRows } from '../data/invalid-rows.js';
import { type Column, type ColumnBatch, columnOf } from './columns.js';
import type { InputPart } from './input-parts.js';
import type { ColumnType, ColumnTypes } from './column-types.js';
import type { RowReader } from './row-reader.js';

/** How text is read. */
export interface TextFormat {
  readonly format: 'tsv' | 'jsonl';
  readonly types: ColumnTypes;
  /** How many bytes a line may have. */
  readonly longest: number;
  /** The names of the columns of `tsv`, from left to right; undefined where a first line has them. */
  readonly header: readonly string[] | undefined;
}

/** A value as a {@link Column} has it. */
type Value = number | string;

/** Rows of text. Lines without anything in them are left out. */
export class TextRows implements RowReader {
  readonly #format: TextFormat;
  #header: readonly string[];

  constructor(format: TextFormat) {
    this.#format = format;
    this.#header = format.header ?? [];
  }

  read(part: InputPart): ColumnBatch {
    if (!part.isShared) return readBlock(part, this.#format, this.#header);
    const [line = ''] = linesOf(part.bytes, part.first);
    this.#header = line.replace(/^\uFEFF/, '').split('\t');
    return { rows: 0, columns: new Map() };
  }
}

function readBlock(
  { bytes, first: line }: InputPart,
  { format, types, longest }: TextFormat,
  header: readonly string[],
): ColumnBatch {
  const lines = linesOf(bytes, line);
  const columns = Object.entries(types).map(([name, type]) => ({ name, type, column: columnOf(type, lines.length) }));
  const places = format === 'tsv' ? columns.map(({ name }) => placeOf(name, header)) : [];
  let rows = 0;
  for (const [index, text] of lines.entries()) {
    if (text === '') continue;
    if (text.length > longest)
      throw invalidRows(`a line must have ${longest} bytes at most, got ${text.length} in line ${line + index}`);
    if (format === 'tsv') {
      const fields = text.split('\t');
      if (fields.length !== header.length)
        throw invalidRows(`line ${line + index} must have ${header.length} fields, got ${fields.length}`);
      for (let i = 0; i < columns.length; i++) {
        const { name, type, column } = columns[i] as (typeof columns)[number];
        const field = fields[places[i] as number] as string;
        const value = fromText(field, type);
        if (value === undefined) throw wrong(name, type, line + index, quote(field));
        (column as Value[])[rows] = value;
      }
    } else {
      const row = objectOf(text, line + index);
      for (const { name, type, column } of columns) {
        const given = Object.hasOwn(row, name) ? row[name] : undefined;
        const value = fromJson(given, type);
        if (value === undefined) throw wrong(name, type, line + index, describeValue(given));
        (column as Value[])[rows] = value;
      }
    }
    rows++;
  }
  return { rows, columns: new Map(columns.map(({ name, column }) => [name, firstOf(column, rows)])) };
}

/** The lines of a block, without what ends them. */
export function linesOf(bytes: Uint8Array, line: number): string[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalidRows(`text must be UTF-8, got other bytes from line ${line} on`);
  }
  const lines = (text.includes('\r') ? text.replaceAll('\r\n', '\n') : text).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function firstOf(column: Column, rows: number): Column {
  return column.length === rows ? column : (column.slice(0, rows) as Column);
}

function placeOf(name: string, header: readonly string[]): number {
  const place = header.indexOf(name);
  if (place >= 0 && place === header.lastIndexOf(name)) return place;
  const names = header.slice(0, 100).map((given) => quote(given));
  throw invalidRows(`there must be one column ${quote(name)}, got ${names.join(', ').slice(0, 500)}`);
}

/** A field as a value of a type; undefined where it is none. */
export function fromText(text: string, type: ColumnType): Value | undefined {
  if (type === 'string') return text;
  if (type === 'bool') {
    if (text === '1' || text === 'true') return 1;
    return text === '0' || text === 'false' ? 0 : undefined;
  }
  const number = Number(text);
  // Number('') is 0, Number('0x10') is 16, and it does not mind spaces.
  const isPlain = Number.isNaN(number) ? text === 'NaN' : isDecimal(text);
  return isPlain && (type === 'float32' || (number | 0) === number) ? number : undefined;
}

/** Of what `Number` takes for a number. */
function isDecimal(text: string): boolean {
  const [start, second] = [text.charCodeAt(0), text.charCodeAt(1)];
  // The first is a digit, a sign, a point or the I of Infinity; the second no letter but e, E and, after a sign, I.
  const isStart = (start >= 48 && start <= 57) || start === 45 || start === 43 || start === 46 || start === 73;
  const isBase = start === 48 && second > 57 && second !== 101 && second !== 69;
  return isStart && !isBase && text.charCodeAt(text.length - 1) > 32 && text.length < 1000;
}

function objectOf(text: string, line: number): Readonly<Record<string, unknown>> {
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch {
    throw invalidRows(`line ${line} must be JSON, got ${quote(text)}`);
  }
  if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row as Record<string, unknown>;
  throw invalidRows(`line ${line} must be an object of JSON, got ${quote(text)}`);
}

function fromJson(value: unknown, type: ColumnType): Value | undefined {
  if (type === 'string') {
    if (value === undefined || value === null) return '';
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined;
  }
  if (type === 'bool') return typeof value === 'boolean' || value === 0 || value === 1 ? Number(value) : undefined;
  if (typeof value === 'number') return type === 'float32' || (value | 0) === value ? value : undefined;
  // JSON has no such numbers.
  const isUnusual = value === 'NaN' || value === 'Infinity' || value === '-Infinity';
  return type === 'float32' && isUnusual ? Number(value) : undefined;
}

function wrong(name: string, type: ColumnType, line: number, got: string): Error {
  return invalidRows(`${quote(name)} of line ${line} must be ${type}, got ${got}`);
}
