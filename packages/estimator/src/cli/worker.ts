import { workerData } from 'node:worker_threads';
import type { HeadErrorCode } from '@tfjs-heads/head-api';
import { Evaluation, type SliceOptions } from './evaluation.js';
import type { Content } from './evaluation-state.js';
import { loadModel } from './model-module.js';
import { batchesOf, type Unit } from './row-units.js';

/** What a worker is told once. */
export interface WorkerSettings {
  readonly modelPath: string;
  readonly slices: SliceOptions | undefined;
  readonly batchSize: number;
}

/** What a part of the rows came to. Errors have no codes any more when they come from another thread. */
export type Counted =
  | { readonly content: Content }
  | { readonly message: string; readonly code: HeadErrorCode | undefined };

// As piscina hands it on, beside data of its own.
const settings = ([workerData].flat() as WorkerSettings[]).find(
  (data) => data?.modelPath !== undefined,
) as WorkerSettings;

const model = loadModel(settings.modelPath);
model.catch(() => undefined); // Each task says it.

/** Evaluates a part of the rows. */
export async function count(unit: Unit): Promise<Counted> {
  try {
    const evaluation = new Evaluation(await model, settings.slices);
    try {
      for (const batch of batchesOf(unit, settings.batchSize)) await evaluation.add(batch);
      return { content: await evaluation.content() };
    } finally {
      evaluation.dispose();
    }
  } catch (error) {
    const { message = String(error), code } = (error ?? {}) as { message?: string; code?: HeadErrorCode };
    return { message, code };
  }
}
