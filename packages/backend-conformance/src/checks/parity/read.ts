import type { Tensor } from '@tensorflow/tfjs-core';
import type { ExportOutputs, Metrics, Predictions, StringValues } from '@tfjs-heads/head-api';

/** Something that a head has put out, read: it can be held against the same from another backend. */
export interface Output {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: ArrayLike<number> | ArrayLike<string>;
}

/** Outputs by name. */
export type Outputs = Readonly<Record<string, Output>>;

type Readable = Tensor | StringValues;

/** Reads tensors and string values, each under its name. */
export async function readAll(values: Readonly<Record<string, Readable>>): Promise<Outputs> {
  const read = Object.entries(values).map(async ([name, value]) => {
    const { shape, dtype } = value;
    return [name, { shape, dtype, values: await value.data() }] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

/** Reads the results of metrics; they are named `metrics/key`. */
export async function readMetrics(metrics: Metrics): Promise<Outputs> {
  const read = Object.entries(metrics).map(async ([key, metric]) => {
    return [`metrics/${key}`, { shape: [], dtype: 'double', values: [await metric.result()] }] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

/** Predictions as `predictions/key`. */
export function namedPredictions(predictions: Predictions): Record<string, Readable> {
  return Object.fromEntries(Object.entries(predictions).map(([key, value]) => [`predictions/${key}`, value]));
}

/** Whatever is exported, as `exportOutputs/key/part`. */
export function namedExports(exports: ExportOutputs): Record<string, Readable> {
  const named: Record<string, Readable> = {};
  for (const [key, output] of Object.entries(exports)) {
    const { kind, ...parts } = output.kind === 'predict' ? { kind: output.kind, ...output.outputs } : output;
    for (const [part, value] of Object.entries<Readable>(parts)) named[`exportOutputs/${key}/${kind}/${part}`] = value;
  }
  return named;
}
