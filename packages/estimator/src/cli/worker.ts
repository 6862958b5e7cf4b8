import { type MessagePort, workerData } from 'node:worker_threads';
import type { HeadErrorCode } from '@tfjs-heads/head-api';
import { Buffers } from './buffers.js';
import { columnsToRead, partsOf } from './columns.js';
import { textOf } from './evaluate.js';
import { Evaluation } from './evaluation.js';
import type { Content } from './evaluation-state.js';
import type { InputPart } from './input-parts.js';
import { loadModel, loadPredictor, type Predictor } from './load-model.js';
import type { LoadedModel, ModelPaths } from './model-module.js';
import { cutOptions, type EvaluateCommandOptions, type PredictCommandOptions, slicesOf } from './options.js';
import { predictionsOf } from './predict.js';
import { predictionWriter } from './predictions.js';
import { rowReader } from './row-reader.js';

/** What a worker is told once. */
export interface WorkerSettings {
  readonly kind: 'evaluate' | 'predict';
  readonly paths: ModelPaths;
}

/** What a worker is to do: to count or predict the parts that come by a port, or to sum up what was counted. */
export type Task =
  | { readonly kind: 'evaluate'; readonly options: EvaluateCommandOptions; readonly port: MessagePort }
  | { readonly kind: 'predict'; readonly options: PredictCommandOptions; readonly port: MessagePort }
  | { readonly kind: 'sum'; readonly options: EvaluateCommandOptions; readonly contents: readonly Content[] };

/** What comes by the port: the next part; null after the last one. */
export type Dealt = { readonly part: InputPart; readonly index: number } | null;

/** What goes back for each part that has rows. */
export interface Done {
  readonly index: number;
  readonly rows: number;
  /** Its predictions. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
  /** What comes before all predictions, with the first part of a worker. */
  readonly begin?: Uint8Array<ArrayBuffer>;
}

/** What a task came to. */
export interface TaskResult {
  readonly content?: Content;
  /** What comes after all predictions. */
  readonly end?: Uint8Array;
  /** What is printed, of so many rows, so many of which are in no slice. */
  readonly summed?: { readonly text: string; readonly rows: number; readonly rest: number };
}

/** Errors have no codes any more when they come from another thread. */
export interface TaskFailure {
  readonly message: string;
  readonly code: HeadErrorCode | undefined;
}

// As piscina hands it on, beside data of its own.
const settings = ([workerData].flat() as WorkerSettings[]).find((data) => data?.paths !== undefined) as WorkerSettings;

// Now, and not when the first task comes.
const model = settings.kind === 'evaluate' ? loadModel(settings.paths) : undefined;
const predictor = settings.kind === 'predict' ? loadPredictor(settings.paths) : undefined;
model?.catch(() => undefined); // Each task says it.
predictor?.catch(() => undefined);

/** Does a task. */
export async function work(task: Task): Promise<TaskResult | TaskFailure> {
  try {
    if (task.kind === 'evaluate') return await evaluate(task.options, task.port);
    return await (task.kind === 'predict' ? predict(task.options, task.port) : sum(task.options, task.contents));
  } catch (error) {
    const { message = String(error), code } = (error ?? {}) as { message?: string; code?: HeadErrorCode };
    return { message, code };
  }
}

async function evaluate(options: EvaluateCommandOptions, port: MessagePort): Promise<TaskResult> {
  const loaded = await (model as Promise<LoadedModel>);
  const types = columnsToRead({ ...loaded.columns, ...loaded.labelColumns }, options.by);
  const reader = await rowReader({ ...cutOptions(options), types });
  const evaluation = new Evaluation(loaded, slicesOf(options));
  const buffers = Buffers.ofThread();
  try {
    for await (const { part, index } of dealt(port)) {
      // Nearer, and not shared: what is made of it may look at it.
      const bytes = part.isShared ? part.bytes : buffers.take(part.bytes.length);
      if (!part.isShared) bytes.set(part.bytes);
      const batch = reader.read({ ...part, bytes });
      const isFree = await evaluation.addAll(partsOf(batch, options.batchSize));
      if (part.isShared) continue;
      if (isFree) buffers.give(bytes);
      port.postMessage({ index, rows: batch.rows } satisfies Done);
    }
    return { content: await evaluation.content() };
  } finally {
    evaluation.dispose();
  }
}

async function predict(options: PredictCommandOptions, port: MessagePort): Promise<TaskResult> {
  const loaded = await (predictor as Promise<Predictor>);
  const reader = await rowReader({ ...cutOptions(options), types: loaded.columns });
  const writer = await predictionWriter(options.format);
  let hasBegun = false;
  for await (const { part, index } of dealt(port)) {
    const batch = reader.read({ ...part, bytes: part.bytes.slice() });
    const written: (string | Uint8Array)[] = [];
    let begin: Uint8Array<ArrayBuffer> | undefined;
    for (const some of partsOf(batch, options.batchSize)) {
      const predictions = await predictionsOf(loaded, some, options.keys);
      if (!hasBegun) begin = bytesOf([writer.begin(predictions)]);
      hasBegun = true;
      written.push(writer.write(predictions, some.rows));
    }
    if (part.isShared) continue;
    const bytes = bytesOf(written);
    port.postMessage({ index, rows: batch.rows, bytes, ...(begin && { begin }) } satisfies Done, [bytes.buffer]);
  }
  return { end: bytesOf([writer.end()]) };
}

async function sum(options: EvaluateCommandOptions, contents: readonly Content[]): Promise<TaskResult> {
  const loaded = await (model as Promise<LoadedModel>);
  const evaluation = new Evaluation(loaded, slicesOf(options));
  try {
    for (const content of contents) evaluation.merge(content);
    const { rows, rest } = evaluation;
    return { summed: { text: await textOf(loaded, evaluation, options), rows, rest } };
  } finally {
    evaluation.dispose();
  }
}

/** What comes by a port, until the end. */
async function* dealt(port: MessagePort): AsyncGenerator<NonNullable<Dealt>, void, void> {
  const queue: Dealt[] = [];
  let wake = (): void => undefined;
  port.on('message', (message: Dealt) => {
    queue.push(message);
    wake();
  });
  for (;;) {
    while (queue.length === 0)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    const next = queue.shift() as Dealt;
    if (next === null) return;
    yield next;
  }
}

/** In a buffer of their own, which can be handed over. */
function bytesOf(written: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const parts = written.map((part) => (typeof part === 'string' ? encoder.encode(part) : part));
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
