import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { node } from '@tensorflow/tfjs-node';
import type { Step } from '../src/index.js';
import { type ExportedModel, type ExportOptions, exportSavedModel } from '../src/saved-model.js';

/** Values of a tensor, as numbers, bools or strings. */
export interface Got {
  readonly shape: readonly number[];
  readonly values: readonly unknown[];
}

/** A folder for a test, and what removes it. */
export function makeFolder(): { readonly folder: string; remove(): void } {
  const parent = mkdtempSync(join(tmpdir(), 'saved-model-'));
  return { folder: join(parent, 'model'), remove: () => rmSync(parent, { recursive: true }) };
}

/** Exports a prediction, and runs a signature of what was written with each of the inputs, by tfjs-node. */
export async function exportAndRun<F extends Step>(
  predict: F,
  example: Readonly<Parameters<F>>,
  inputs: readonly Readonly<Record<string, tf.Tensor>>[],
  signature = 'serving_default',
  options: Pick<ExportOptions, 'variables'> = {},
): Promise<{ readonly exported: ExportedModel; readonly got: readonly Readonly<Record<string, Got>>[] }> {
  const { folder, remove } = makeFolder();
  try {
    const exported = await exportSavedModel(folder, { predict, example, ...options });
    return { exported, got: await runSavedModel(folder, signature, inputs) };
  } finally {
    remove();
  }
}

/** Runs a signature of a SavedModel by the session of TensorFlow that tfjs-node has. */
async function runSavedModel(
  folder: string,
  signature: string,
  inputs: readonly Readonly<Record<string, tf.Tensor>>[],
): Promise<readonly Readonly<Record<string, Got>>[]> {
  const before = tf.getBackend();
  await tf.setBackend('tensorflow');
  const model = await node.loadSavedModel(folder, ['serve'], signature);
  try {
    const results: Record<string, Got>[] = [];
    for (const input of inputs) {
      const outputs = model.predict({ ...input }) as Record<string, tf.Tensor>;
      const entries = Object.entries(outputs).map(async ([name, tensor]): Promise<[string, Got]> => {
        const values: unknown[] = Array.from((await tensor.data()) as ArrayLike<unknown>);
        return [name, { shape: tensor.shape, values }];
      });
      results.push(Object.fromEntries(await Promise.all(entries)));
      tf.dispose(outputs);
    }
    return results;
  } finally {
    model.dispose();
    await tf.setBackend(before);
  }
}
