import { exact, random } from '@tfjs-heads/reference';
import {
  Bool,
  Float64,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Field,
  Struct,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import type { Data } from 'apache-arrow';

/** A row for `fixtures/rows-model.mjs`, with a column that it does not read. */
export interface Row {
  readonly x: number;
  readonly weight: number;
  readonly late: number;
  readonly origin: string;
  readonly unread: boolean;
}

/** Drawn rows. */
export function drawRows(count: number): readonly Row[] {
  const next = random(16);
  return Array.from({ length: count }, () => ({
    x: exact(next, -4, 4),
    weight: Math.floor(next() * 4) / 2,
    late: Math.floor(next() * 2),
    origin: String.fromCharCode(65 + Math.floor(next() * next() * 20)),
    unread: next() < 0.5,
  }));
}

export function asTsv(rows: readonly Row[], hasHeader = true): string {
  const lines = rows.map(({ unread, origin, late, weight, x }) => [unread, origin, late, weight, x].join('\t'));
  return [...(hasHeader ? ['unread\torigin\tlate\tweight\tx'] : []), ...lines, ''].join('\n');
}

export function asJsonl(rows: readonly Row[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** A stream of batches of so many rows. */
export function asArrow(rows: readonly Row[], size = 1000): Uint8Array {
  const types = { x: new Float64(), weight: new Float64(), late: new Int64(), origin: new Utf8(), unread: new Bool() };
  const schema = new Schema(Object.entries(types).map(([name, type]) => new Field(name, type, false)));
  const writer = new RecordBatchStreamWriter();
  writer.reset(undefined, schema);
  for (let start = 0; start < rows.length; start += size) {
    const part = rows.slice(start, start + size);
    const children = Object.entries(types).map(([name, type]): Data => {
      const values = part.map((row) => row[name as keyof Row]);
      return vectorFromArray(name === 'late' ? values.map((value) => BigInt(value as number)) : values, type)
        .data[0] as Data;
    });
    writer.write(new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: part.length, children })));
  }
  writer.finish();
  return writer.toUint8Array(true);
}
