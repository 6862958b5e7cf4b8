import { DataType, type Data, type RecordBatch, RecordBatchReader } from 'apache-arrow';
import { quote } from '@tfjs-heads/head-kit';
import type { ArrowMessage } from './arrow-messages.js';
import { invalidRows } from '../data/invalid-rows.js';
import { type Column, type ColumnBatch, columnOf } from './columns.js';
import type { InputPart } from './input-parts.js';
import type { ColumnType, ColumnTypes } from './column-types.js';
import type { RowReader } from './row-reader.js';

type Numbers = ArrayLike<number>;

/** Rows of a stream in Arrow's IPC format, a batch for each message. Of other columns than are asked for nothing is looked at. */
export class ArrowRows implements RowReader {
  readonly #types: ColumnTypes;
  readonly #messages = new ArrowDecoder();

  constructor(types: ColumnTypes) {
    this.#types = types;
  }

  read({ bytes, first, isShared }: InputPart): ColumnBatch {
    const batch = this.#messages.decode(bytes, isShared);
    if (batch === undefined) return { rows: 0, columns: new Map() };
    const columns = Object.entries(this.#types).map(
      ([name, type]) => [name, columnAt(batch, name, type, first)] as const,
    );
    return { rows: batch.numRows, columns: new Map(columns) };
  }
}

/**
 * The batches of messages.
 *
 * @throws INPUT_INVALID
 */
export async function* recordBatches(messages: AsyncIterable<ArrowMessage>): AsyncGenerator<RecordBatch, void, void> {
  const decoder = new ArrowDecoder();
  for await (const { bytes, rows } of messages) {
    const batch = decoder.decode(bytes, rows === undefined);
    if (batch !== undefined) yield batch;
  }
}

const NOTHING = new Uint8Array(0);

/** A reader of Arrow's that is given a message at a time, and asked for a batch when it has one. */
class ArrowDecoder {
  readonly #chunks: Uint8Array[] = [];
  #reader: RecordBatchReader | undefined;

  /**
   * @returns The batch of a message that has rows
   * @throws INPUT_INVALID; what a reader of Arrow's throws for a stream that is none has no code
   */
  decode(bytes: Uint8Array, isShared: boolean): RecordBatch | undefined {
    // The reader asks for one chunk more than it needs.
    this.#chunks.push(bytes, NOTHING);
    if (isShared) return undefined;
    let got = 'rows without a schema';
    try {
      this.#reader ??= RecordBatchReader.from(this.#given()) as RecordBatchReader;
      const { value } = this.#reader.next() as IteratorResult<RecordBatch, undefined>;
      if (value !== undefined) return value;
    } catch (error) {
      got = String(error).slice(0, 200);
    }
    throw invalidRows(`a stream in Arrow's IPC format was expected, got ${got}`);
  }

  *#given(): Generator<Uint8Array, void, void> {
    for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) yield chunk;
  }
}

function columnAt(batch: RecordBatch, name: string, type: ColumnType, first: number): Column {
  const index = batch.schema.fields.findIndex((field) => field.name === name);
  const data = batch.data.children[index];
  if (data === undefined) {
    const names = batch.schema.fields.map((field) => quote(field.name)).join(', ');
    throw invalidRows(`there must be a column ${quote(name)}, got ${names.slice(0, 500) || 'no columns'}`);
  }
  const rows = batch.numRows;
  const at = (row: number): string => `${quote(name)} of row ${first + row}`;
  if (data.length !== rows) throw invalidRows(`${quote(name)} must have ${rows} values in a batch, got ${data.length}`);
  if (type === 'string' && !isNumeric(data)) return stringsOf(batch, index, data, name);
  const numbers = numbersOf(data, name, type);
  if (data.nullCount > 0) {
    const row = Array.from({ length: rows }, (_, i) => i).find((i) => !data.getValid(i));
    if (row !== undefined) throw invalidRows(`${at(row)} must be a number, got null`);
  }
  return convert(numbers, type, at);
}

/** Numbers as a column of a type. */
function convert(numbers: Numbers, type: ColumnType, at: (row: number) => string): Column {
  if (type === 'string') return Array.from(numbers, String);
  if (type === 'float32') return numbers instanceof Float32Array ? numbers : new Float32Array(numbers);
  const column = columnOf(type, numbers.length) as Int32Array | Uint8Array;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] as number;
    column[i] = number;
    if (column[i] !== number || (type === 'bool' && number > 1))
      throw invalidRows(`${at(i)} must be ${type === 'bool' ? 'true or false' : 'an int32'}, got ${number}`);
  }
  return column;
}

export function isNumeric({ type }: Data): boolean {
  return DataType.isInt(type) || DataType.isFloat(type) || DataType.isBool(type);
}

/** The numbers of a column. Where a length is claimed, the bytes are counted. */
export function numbersOf(data: Data, name: string, wanted: ColumnType): Numbers {
  const { type, length, offset } = data;
  const values = data.values as Exclude<Numbers, string> | undefined;
  const check = (needed: number): void => {
    if (values === undefined || values.length < needed)
      throw invalidRows(
        `${quote(name)} must have ${length} values in a batch, got the bytes of ${values?.length ?? 0}`,
      );
  };
  if (DataType.isBool(type)) {
    check(Math.ceil((offset + length) / 8));
    return Uint8Array.from({ length }, (_, i) => ((values?.[(offset + i) >> 3] as number) >> ((offset + i) & 7)) & 1);
  }
  if ((DataType.isInt(type) && type.bitWidth <= 32) || (DataType.isFloat(type) && type.precision > 0)) {
    check(length);
    return (values as Float32Array).subarray(0, length);
  }
  if (DataType.isInt(type)) {
    check(length);
    const numbers = wanted === 'float32' ? new Float32Array(length) : new Float64Array(length);
    fromInt64(values as unknown as BigInt64Array, type.isSigned, numbers);
    return numbers;
  }
  throw invalidRows(`${quote(name)} must be a column of ${wanted}, got one of ${String(type)}: cast it`);
}

/** Whole numbers of 64 bits as floats, exact below 2^53 before they are rounded: by halves, which is several times as fast as by BigInt. */
function fromInt64(values: BigInt64Array, isSigned: boolean, to: Float32Array | Float64Array): void {
  const halves = new Int32Array(values.buffer, values.byteOffset, 2 * to.length);
  for (let i = 0; i < to.length; i++) {
    const low = halves[2 * i] as number;
    const high = halves[2 * i + 1] as number;
    // As a rule it is a number of 32 bits.
    if (high === low >> 31 && (isSigned || high === 0)) to[i] = low;
    else to[i] = (isSigned ? high : high >>> 0) * 2 ** 32 + (low >>> 0);
  }
}

export function stringsOf(batch: RecordBatch, index: number, data: Data, name: string): string[] {
  const type: unknown = DataType.isDictionary(data.type) ? data.type.dictionary : data.type;
  if (!DataType.isUtf8(type) && !DataType.isLargeUtf8(type) && !DataType.isUtf8View(type))
    throw invalidRows(`${quote(name)} must be a column of string, got one of ${String(data.type)}: cast it`);
  checkOffsets(data, name);
  const vector = batch.getChildAt(index);
  return Array.from({ length: batch.numRows }, (_, row) => {
    const text: unknown = vector?.get(row);
    return typeof text === 'string' ? text : '';
  });
}

function checkOffsets(data: Data, name: string): void {
  const offsets = data.valueOffsets as unknown as ArrayLike<number | bigint> | undefined;
  if (!DataType.isUtf8(data.type) && !DataType.isLargeUtf8(data.type)) return;
  const size = (data.values as { length?: number } | undefined)?.length ?? 0;
  let isSorted = offsets !== undefined && offsets.length > data.length && Number(offsets[data.length]) <= size;
  for (let i = 0; isSorted && i < data.length; i++)
    isSorted = (offsets?.[i] as number) <= (offsets?.[i + 1] as number) && (i > 0 || (offsets?.[i] as number) >= 0);
  if (!isSorted) throw invalidRows(`${quote(name)} must have texts that lie within its bytes, got others`);
}
