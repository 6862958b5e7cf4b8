import { headError, quote } from '@tfjs-heads/head-kit';
import { type CheckpointStorage, fileOf, stepOfFile } from './storage.js';

/** Checkpoints that last as long as the estimator: for one without a `modelDir`. */
export function memoryStorage(): CheckpointStorage {
  const files = new Map<number, Uint8Array>();
  return {
    name: 'memory',
    list: async () => [...files.keys()].toSorted((a, b) => a - b),
    pathOf: fileOf,
    stepOf: stepOfFile,
    read: async (step) => {
      const bytes = files.get(step);
      if (bytes === undefined)
        throw headError('CHECKPOINT_MISSING', `There is no checkpoint ${quote(fileOf(step))} in memory.`);
      return bytes;
    },
    write: async (step, bytes) => void files.set(step, new Uint8Array(bytes)),
    remove: async (step) => void files.delete(step),
  };
}
