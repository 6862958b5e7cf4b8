import type { Tensor } from '@tensorflow/tfjs-core';
import type { ExportOutputs, Metrics, StringValues } from '@tfjs-heads/head-api';
import { resultsOf } from '../outcome.js';

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
  const results = Object.entries(prefixed('metrics', await resultsOf(metrics)));
  return Object.fromEntries(results.map(([name, result]) => [name, { shape: [], dtype: 'double', values: [result] }]));
}

/** Values by key, each as `prefix/key`. */
export function prefixed<T>(prefix: string, values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}/${key}`, value]));
}

/** Whatever is exported, as `exportOutputs/key/kind/part`. */
export function namedExports(exports: ExportOutputs): Record<string, Readable> {
  const named: Record<string, Readable> = {};
  for (const [key, output] of Object.entries(exports)) {
    const { kind, ...parts } = output.kind === 'predict' ? { kind: output.kind, ...output.outputs } : output;
    for (const [part, value] of Object.entries<Readable>(parts)) named[`exportOutputs/${key}/${kind}/${part}`] = value;
  }
  return named;
}
