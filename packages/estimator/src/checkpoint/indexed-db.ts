import { headError, quote } from '@tfjs-heads/head-kit';
import { createStore, del, get, keys, set } from 'idb-keyval';
import { type CheckpointStorage, fileOf, stepOfFile } from './storage.js';
import { safetensorsSource, type TensorSource } from './tensor-source.js';

/** Checkpoints in a database of the browser, by the name of the model directory; a transaction is whole or not at all. */
export function modelDirStorage(modelDir: string): CheckpointStorage {
  const store = createStore(`tfjs-heads:${modelDir}`, 'checkpoints');
  const prefix = `${modelDir}/`;
  return {
    name: modelDir,
    list: async () => (await keys<string>(store)).flatMap((name) => stepOfFile(name) ?? []).toSorted((a, b) => a - b),
    pathOf: (step) => prefix + fileOf(step),
    stepOf: (path) => (path.startsWith(prefix) ? stepOfFile(path.slice(prefix.length)) : undefined),
    read: async (step) => {
      const bytes = await get<Uint8Array>(fileOf(step), store);
      if (bytes !== undefined) return bytes;
      throw headError('CHECKPOINT_MISSING', `There is no checkpoint ${quote(prefix + fileOf(step))} in this browser.`);
    },
    write: async (step, bytes) => {
      try {
        await set(fileOf(step), bytes, store);
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw headError(
          'CHECKPOINT_UNWRITABLE',
          `The checkpoint ${quote(prefix + fileOf(step))} cannot be written: ${why}. Those before it are as they were.`,
          { cause },
        );
      }
    },
    remove: (step) => del(fileOf(step), store),
  };
}

/**
 * The tensors of the latest checkpoint of a model directory, or of one by its path.
 *
 * @throws CHECKPOINT_MISSING, CHECKPOINT_INVALID
 */
export async function openModelFile(path: string): Promise<TensorSource> {
  const end = path.lastIndexOf('/');
  const step = stepOfFile(path.slice(end + 1));
  const storage = modelDirStorage(step === undefined ? path : path.slice(0, end));
  const wanted = step ?? (await storage.list()).at(-1);
  if (wanted === undefined) throw headError('CHECKPOINT_MISSING', `There is no checkpoint in ${quote(path)}.`);
  return safetensorsSource(await storage.read(wanted), storage.pathOf(wanted));
}
