import type { Predictions } from '@tfjs-heads/head-api';
import { headError, quote, shapeText } from '@tfjs-heads/head-kit';
import { jsonNumber } from './evaluation-state.js';
import type { Format } from './options.js';

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
  /** What comes before the first batch, which the columns are of: the same for any batch. */
  begin(columns: readonly PredictionColumn[]): string | Uint8Array;
  write(columns: readonly PredictionColumn[], rows: number): string | Uint8Array;
  /** What comes after the last batch; nothing where there was none. */
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
export async function predictionWriter(format: Format): Promise<PredictionWriter> {
  if (format === 'arrow') return new (await import('./arrow-predictions.js')).ArrowPredictions();
  return format === 'tsv' ? new TsvPredictions() : new JsonPredictions();
}

function valueAt({ values, dtype }: PredictionColumn, index: number): number | string | boolean {
  const value = values[index] as number | string;
  if (typeof value === 'string') return value;
  return dtype === 'bool' ? value !== 0 : jsonNumber(value);
}

class JsonPredictions implements PredictionWriter {
  begin(): string {
    return '';
  }

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
  begin(columns: readonly PredictionColumn[]): string {
    const names = columns.flatMap(({ key, width }) =>
      width === 1 ? [key] : Array.from({ length: width }, (_, i) => `${key}_${i}`),
    );
    return `${names.join('\t')}\n`;
  }

  write(columns: readonly PredictionColumn[], rows: number): string {
    let text = '';
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
