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
import type { Predictions } from '@tfjs-heads/head-api';
import { headError, quote, shapeText } from '@tfjs-heads/head-kit';
import { jsonNumber } from './evaluation-state.js';
import type { Format } from './row-units.js';

/** A prediction of some rows. */
export interface PredictionColumn {
  readonly key: string;
  /** How many values a row has. */
  readonly width: number;
  readonly dtype: string;
  readonly values: ArrayLike<number> | readonly string[];
}

/** Writes predictions of batches, one after another. */
export interface PredictionWriter {
  write(columns: readonly PredictionColumn[], rows: number): string | Uint8Array;
  /** What comes after the last batch. */
  end(): string | Uint8Array;
}

/**
 * Reads predictions.
 *
 * @throws SPEC_INVALID for one that has not as many rows
 */
export async function readPredictions(predictions: Predictions, rows: number): Promise<readonly PredictionColumn[]> {
  return Promise.all(
    Object.entries(predictions).map(async ([key, prediction]) => {
      const { shape, dtype } = prediction;
      if (shape[0] !== rows)
        throw headError(
          'SPEC_INVALID',
          `The prediction ${quote(key)} must have a value for each of ${rows} rows, got the shape ${shapeText(shape)}.`,
        );
      const width = shape.slice(1).reduce((product, size) => product * size, 1);
      return { key, dtype, width, values: (await prediction.data()) as PredictionColumn['values'] };
    }),
  );
}

/** What writes a format. */
export function predictionWriter(format: Format): PredictionWriter {
  if (format === 'arrow') return new ArrowPredictions();
  return format === 'tsv' ? new TsvPredictions() : new JsonPredictions();
}

function valueAt({ values, dtype }: PredictionColumn, index: number): number | string | boolean {
  const value = values[index] as number | string;
  if (typeof value === 'string') return value;
  return dtype === 'bool' ? value !== 0 : jsonNumber(value);
}

class JsonPredictions implements PredictionWriter {
  write(columns: readonly PredictionColumn[], rows: number): string {
    let text = '';
    for (let row = 0; row < rows; row++) {
      const values = columns.map((column) => {
        const { key, width } = column;
        const of = Array.from({ length: width }, (_, i) => valueAt(column, row * width + i));
        return [key, width === 1 ? of[0] : of];
      });
      text += `${JSON.stringify(Object.fromEntries(values))}\n`;
    }
    return text;
  }

  end(): string {
    return '';
  }
}

/** A prediction of several values has as many columns, `key_0` and so on. */
class TsvPredictions implements PredictionWriter {
  #hasHeader = false;

  write(columns: readonly PredictionColumn[], rows: number): string {
    const names = columns.flatMap(({ key, width }) =>
      width === 1 ? [key] : Array.from({ length: width }, (_, i) => `${key}_${i}`),
    );
    let text = this.#hasHeader ? '' : `${names.join('\t')}\n`;
    this.#hasHeader = true;
    for (let row = 0; row < rows; row++) {
      const fields = columns.flatMap((column) =>
        Array.from({ length: column.width }, (_, i) => String(valueAt(column, row * column.width + i))),
      );
      const odd = fields.find((field) => /[\t\r\n]/.test(field));
      if (odd !== undefined)
        throw headError(
          'INVALID_ARGUMENT',
          `Predictions as tsv must have no tab or newline, got ${quote(odd)}: take jsonl.`,
        );
      text += `${fields.join('\t')}\n`;
    }
    return text;
  }

  end(): string {
    return '';
  }
}

/** A stream in Arrow's IPC format; nothing at all of no rows. A prediction of several values is a list. */
class ArrowPredictions implements PredictionWriter {
  readonly #written = new Written();
  readonly #writer = new RecordBatchStreamWriter();
  #schema: Schema | undefined;

  write(columns: readonly PredictionColumn[], rows: number): Uint8Array {
    const children = columns.map((column) => arrowData(column, rows));
    if (this.#schema === undefined) {
      this.#schema = new Schema(columns.map(({ key }, i) => new Field(key, (children[i] as Data).type, false)));
      this.#writer.reset(this.#written, this.#schema);
    }
    const data = makeData({ type: new Struct(this.#schema.fields), length: rows, nullCount: 0, children });
    this.#writer.write(new RecordBatch(this.#schema, data));
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

function arrowData({ width, dtype, values }: PredictionColumn, rows: number): Data {
  const length = rows * width;
  const child: Data =
    dtype === 'string'
      ? (vectorFromArray(values as readonly string[], new Utf8()).data[0] as Data)
      : dtype === 'float32'
        ? makeData({ type: new Float32(), length, data: Float32Array.from(values as ArrayLike<number>) })
        : makeData({ type: new Int32(), length, data: Int32Array.from(values as ArrayLike<number>) });
  if (width === 1) return child;
  const type: DataType = new List(new Field('item', child.type, false));
  const valueOffsets = Int32Array.from({ length: rows + 1 }, (_, row) => row * width);
  return makeData({ type: type as List, length: rows, nullCount: 0, valueOffsets, child });
}
