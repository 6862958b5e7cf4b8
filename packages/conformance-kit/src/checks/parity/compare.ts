import type { Tensor } from '@tensorflow/tfjs-core';
import type { ExportOutputs, Head, Metrics, StringValues } from '@tfjs-heads/head-api';
import { largest, ULPS } from '@tfjs-heads/reference';
import {
  logitsIn,
  madeByDevice,
  parseRows,
  stepsOf,
  tensorsOf,
  WEIGHT,
  type Batch,
  type BatchTensors,
} from '../../batch.js';
import { drawBatch } from '../../draw-batch.js';
import type { Judge } from '../../judge.js';
import type { Subject } from '../../subject.js';
import { resultsOf } from '../outcome.js';

/** The magnitude of the terms that outputs were made of. */
export interface OutputScales {
  readonly loss: number;
  readonly gradient: number;
}

/**
 * Nobody tells what a stranger's head computes its loss from, but its gradient does: a loss whose logits are off by one
 * rounding is off by `sum |gradient * logit|` roundings, so no way to compute it can promise less. To that come terms that
 * cancel where the loss is near 0, such as the logarithm of a sum less one logit; logits are about 1, and so are they. An
 * element of a gradient is a difference of such terms times its weight, divided by the number of rows.
 *
 * With 64 roundings of 2^-24 an error of 1e-4 shows in any loss that is at least a 25th of its terms.
 */
export function conditionedScales(batch: Batch, gradient: ArrayLike<number>): OutputScales {
  const heaviest = largest(batch.weights?.values ?? [1]);
  const conditioning = logitsIn(batch).reduce((sum, logit, i) => sum + Math.abs(logit * (gradient[i] as number)), 0);
  return { loss: Math.max(1, conditioning), gradient: Math.max(largest(gradient), heaviest / stepsOf(batch)) };
}

/** Holds outputs against those of the reference: the same names, shapes and dtypes; strings and whole numbers to the letter. */
export function compareOutputs(judge: Judge, actual: Outputs, expected: Outputs, scales: OutputScales): void {
  judge.equal('the names of the outputs', Object.keys(actual), Object.keys(expected));
  for (const [name, output] of Object.entries(expected)) {
    const { shape, dtype, values } = actual[name] as Output;
    judge.equal(`the shape of ${name}`, shape, output.shape);
    judge.equal(`the dtype of ${name}`, dtype, output.dtype);
    if (dtype === 'string') {
      judge.equal(name, Array.from<unknown>(values), Array.from<unknown>(output.values));
      continue;
    }
    const [got, meant] = [values, output.values] as ArrayLike<number>[] as [ArrayLike<number>, ArrayLike<number>];
    if (dtype === 'int32' || dtype === 'bool') judge.same(name, got, meant);
    else judge.near(name, got, meant, { k: ULPS.REDUCE, scale: scaleOf(name, meant, scales) });
  }
}

/** Metrics may be losses; everything else is made of logits and probabilities. */
function scaleOf(name: string, values: ArrayLike<number>, { loss, gradient }: OutputScales): number {
  if (/^gradient(\/|$)/.test(name)) return gradient;
  return Math.max(1, largest(values), /^(loss|summaries|metrics)/.test(name) ? loss : 0);
}

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

/** What tells a batch from others. */
export type BatchParameters = {
  /** The dimensions before the last one: `33`, `2x3x5`. */
  readonly rows: number | string;
  readonly weights?: 'rows' | 'logits';
};

/** A head that takes weights where the case has some, and the batch of the case. */
export function headAndBatch(subject: Subject, { rows, weights }: BatchParameters): { head: Head; batch: Batch } {
  const head = subject.create(weights === undefined ? {} : { weightColumn: WEIGHT });
  const size = { seed: 7, rows: parseRows(rows) };
  return { head, batch: drawBatch(subject, head, weights === undefined ? size : { ...size, weights }) };
}

/** The tensors of a batch, uploaded or made by the device. */
export function inputsOf(batch: Batch, madeBy?: 'device'): BatchTensors {
  return tensorsOf(batch, madeBy && madeByDevice);
}
