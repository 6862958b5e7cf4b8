import { readFile } from 'node:fs/promises';
import { clone, dispose, tensor1d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Features } from '@tfjs-heads/head-api';
import { describeValue, headError, isTensor, scoped } from '@tfjs-heads/head-kit';
import { Estimator } from '../estimator.js';
import type { ServedPrediction } from '../export/options.js';
import type { OutputModel } from './load-model.js';
import type { ColumnTensors } from './column-types.js';
import { invalidModel, missing, type ModuleParts, sha256 } from './model-module.js';

/**
 * The logits of a checkpoint, by the estimator that a module makes.
 *
 * @param path Of the checkpoint. Default: the latest of the folder.
 * @throws MODEL_MODULE_INVALID, CHECKPOINT_MISSING, CHECKPOINT_INVALID, and what the estimator throws
 */
export async function checkpointModel(
  folder: string,
  path: string | undefined,
  { file, head, columns, inputs, estimator: make, id }: ModuleParts,
): Promise<OutputModel> {
  if (make === undefined) throw missing(file, 'estimator', 'a function of a model directory');
  if (head === undefined) throw missing(file, 'head', 'a head');
  if (columns === undefined) throw missing(file, 'columns', 'a map of names to types');
  const estimator: unknown = make(folder);
  if (!(estimator instanceof Estimator))
    throw invalidModel(
      `${file} must export estimator, a function that returns an Estimator, got ${describeValue(estimator)}`,
    );
  const checkpointPath = path ?? (await estimator.latestCheckpoint());
  if (checkpointPath === undefined)
    throw headError(
      'CHECKPOINT_MISSING',
      `The estimator of ${file} must take its checkpoints from ${folder}, got none.`,
    );
  const featuresOf = (given: ColumnTensors): Features => (inputs === undefined ? { ...given } : inputs(given));
  const example = Object.fromEntries(
    Object.entries(columns).map(([name, type]) => [name, tensor1d(type === 'string' ? [''] : [0], type)] as const),
  );
  const features = featuresOf(example);
  let served: ServedPrediction;
  try {
    served = await serve(estimator, { example: features, checkpointPath });
  } finally {
    disposeAll(features, example);
  }
  const { prepare = (given: Features) => given } = estimator.options;
  return {
    columns,
    id: sha256(`${sha256(await readFile(checkpointPath))} ${id}`),
    outputs: async (given) => {
      const made = scoped(() => featuresOf(given));
      const prepared = await prepare(made);
      try {
        return scoped(() => {
          const spec = served.predict(prepared);
          // The head makes the others of them.
          const logits = Object.entries(spec.predictions).flatMap(([key, value]) =>
            /(^|\/)logits$/.test(key) && isTensor(value) ? [[key, clone(value)] as const] : [],
          );
          spec.dispose();
          return Object.fromEntries(logits);
        });
      } finally {
        disposeAll(prepared, given);
        disposeAll(made, given);
      }
    },
  };
}

/** The prediction of a checkpoint, which is good as long as this process lives: what writes it never ends. */
async function serve(
  estimator: Estimator,
  options: { readonly example: Features; readonly checkpointPath: string },
): Promise<ServedPrediction> {
  return new Promise((resolve, reject) => {
    estimator
      .exportWith(options, (served) => {
        resolve(served);
        return new Promise<never>(() => undefined);
      })
      .catch(reject);
  });
}

/** But for what is somebody's. */
function disposeAll(features: Features, but: ColumnTensors): void {
  const kept = new Set<unknown>(Object.values(but));
  dispose(Object.values(features).filter((value) => !kept.has(value)) as Tensor[]);
}
