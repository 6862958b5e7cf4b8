import {
  AsyncByteQueue,
  Field,
  Float32,
  Int32,
  List,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
  type Data,
  type DataType,
} from 'apache-arrow';
import type { PredictionColumn, PredictionWriter } from './predictions.js';

/** A stream in Arrow's IPC format; nothing at all of no rows. A prediction of several values is a list. */
export class ArrowPredictions implements PredictionWriter {
  readonly #written = new Written();
  readonly #writer = new RecordBatchStreamWriter();
  #schema: Schema | undefined;

  begin(columns: readonly PredictionColumn[]): Uint8Array {
    this.#schema = new Schema(columns.map((column) => new Field(column.key, typeOf(column), false)));
    this.#writer.reset(this.#written, this.#schema);
    return this.#written.take();
  }

  write(columns: readonly PredictionColumn[], rows: number): Uint8Array {
    const schema = this.#schema as Schema;
    const children = columns.map((column) => arrowData(column, rows));
    const data = makeData({ type: new Struct(schema.fields), length: rows, nullCount: 0, children });
    this.#writer.write(new RecordBatch(schema, data));
    return this.#written.take();
  }

  end(): Uint8Array {
    if (this.#schema === undefined) return new Uint8Array(0);
    this.#writer.finish();
    return this.#written.take();
  }
}

/** Keeps what a writer writes until it is taken. */
class Written extends AsyncByteQueue {
  #parts: Uint8Array[] = [];

  override write(part: Uint8Array): void {
    this.#parts.push(part);
  }

  take(): Uint8Array {
    return Buffer.concat(this.#parts.splice(0));
  }
}

function typeOf({ width, dtype }: PredictionColumn): DataType {
  const type = dtype === 'string' ? new Utf8() : dtype === 'float32' ? new Float32() : new Int32();
  return width === 1 ? type : new List(new Field('item', type, false));
}

function arrowData(column: PredictionColumn, rows: number): Data {
  const { width, dtype, values } = column;
  const length = rows * width;
  const child: Data =
    dtype === 'string'
      ? (vectorFromArray(values as readonly string[], new Utf8()).data[0] as Data)
      : dtype === 'float32'
        ? makeData({ type: new Float32(), length, data: Float32Array.from(values as ArrayLike<number>) })
        : makeData({ type: new Int32(), length, data: Int32Array.from(values as ArrayLike<number>) });
  if (width === 1) return child;
  const valueOffsets = Int32Array.from({ length: rows + 1 }, (_, row) => row * width);
  return makeData({ type: typeOf(column) as List, length: rows, nullCount: 0, valueOffsets, child });
}
