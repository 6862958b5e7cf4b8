import { DataType, type Data, type RecordBatch, RecordBatchReader } from 'apache-arrow';
import { quote } from '@tfjs-heads/head-kit';
import { arrowMessages } from './arrow-messages.js';
import { type Column, type ColumnBatch, columnOf, invalidRows } from './columns.js';
import type { ColumnType, ColumnTypes } from './model-module.js';

type Numbers = ArrayLike<number>;

/**
 * Rows of a stream in Arrow's IPC format, batch by batch as it has them. Of other columns than are asked for nothing is looked at.
 *
 * @param largest How many bytes a message may have.
 * @throws INPUT_INVALID
 */
export async function* arrowRows(
  source: AsyncIterable<Uint8Array>,
  types: ColumnTypes,
  largest: number,
): AsyncGenerator<ColumnBatch, void, void> {
  let rows = 0;
  const batches = recordBatches(arrowMessages(source, largest));
  for await (const batch of batches) {
    if (batch.numRows === 0) continue;
    yield {
      rows: batch.numRows,
      columns: new Map(Object.entries(types).map(([name, type]) => [name, columnAt(batch, name, type, rows)] as const)),
    };
    rows += batch.numRows;
  }
}

/** What a reader of Arrow's throws for a stream that is none has no code. */
export async function* recordBatches(messages: AsyncIterable<Uint8Array>): AsyncGenerator<RecordBatch, void, void> {
  let failure: unknown;
  const watched = async function* (): AsyncGenerator<Uint8Array, void, void> {
    try {
      yield* messages;
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  try {
    yield* await RecordBatchReader.from(watched());
  } catch (error) {
    throw (
      failure ??
      (isCoded(error)
        ? error
        : invalidRows(`a stream in Arrow's IPC format was expected, got ${String(error).slice(0, 200)}`))
    );
  }
}

function isCoded(error: unknown): boolean {
  return typeof (error as { code?: unknown } | undefined)?.code === 'string';
}

function columnAt(batch: RecordBatch, name: string, type: ColumnType, before: number): Column {
  const index = batch.schema.fields.findIndex((field) => field.name === name);
  const data = batch.data.children[index];
  if (data === undefined) {
    const names = batch.schema.fields.map((field) => quote(field.name)).join(', ');
    throw invalidRows(`there must be a column ${quote(name)}, got ${names.slice(0, 500) || 'no columns'}`);
  }
  const rows = batch.numRows;
  const at = (row: number): string => `${quote(name)} of row ${before + row + 1}`;
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
  if (type === 'float32') return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
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
    return ofInt64(values as unknown as BigInt64Array, length, type.isSigned);
  }
  throw invalidRows(`${quote(name)} must be a column of ${wanted}, got one of ${String(type)}: cast it`);
}

/** Whole numbers of 64 bits as doubles, exact below 2^53: by halves, which is several times as fast as by BigInt. */
function ofInt64(values: BigInt64Array, length: number, isSigned: boolean): Float64Array {
  const halves = new Int32Array(values.buffer, values.byteOffset, 2 * length);
  const numbers = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const high = halves[2 * i + 1] as number;
    numbers[i] = (isSigned ? high : high >>> 0) * 2 ** 32 + ((halves[2 * i] as number) >>> 0);
  }
  return numbers;
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
