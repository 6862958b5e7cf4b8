import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { headError, quote } from '@tfjs-heads/head-kit';
import { type CheckpointStorage, fileOf, stepOfFile } from './storage.js';
import { safetensorsSource, type TensorSource } from './tensor-source.js';
import { openBundle } from './tensorflow/bundle.js';
import { findCheckpoint } from './tensorflow/find-checkpoint.js';

/** What a file is called until it is whole. */
const UNFINISHED = '.unfinished';

/**
 * Checkpoints in a folder of this machine, which is made when the first is written. A file is written beside its place, flushed to the
 * disk and renamed: whoever is killed half way leaves no half checkpoint under a name that counts.
 */
export function modelDirStorage(path: string): CheckpointStorage {
  const folder = resolve(path);
  return {
    name: folder,
    list: async () => {
      const names = await readdir(folder).catch(missingAs<string[]>([]));
      return names.flatMap((name) => stepOfFile(name) ?? []).toSorted((a, b) => a - b);
    },
    pathOf: (step) => join(folder, fileOf(step)),
    stepOf: (given) => (dirname(resolve(given)) === folder ? stepOfFile(basename(given)) : undefined),
    read: async (step) => {
      const file = join(folder, fileOf(step));
      return readFile(file).catch((cause: unknown) => {
        throw headError('CHECKPOINT_MISSING', `The checkpoint ${quote(file)} cannot be read: ${reason(cause)}.`, {
          cause,
        });
      });
    },
    write: async (step, bytes) => {
      const file = join(folder, fileOf(step));
      const unfinished = `${file}.${process.pid}${UNFINISHED}`;
      try {
        await mkdir(folder, { recursive: true });
        await writeAndFlush(unfinished, bytes);
        await rename(unfinished, file);
        await flushFolder(folder);
      } catch (cause) {
        await rm(unfinished, { force: true }).catch(() => undefined);
        throw headError(
          'CHECKPOINT_UNWRITABLE',
          `The checkpoint ${quote(file)} cannot be written: ${reason(cause)}. Those before it are as they were.`,
          { cause },
        );
      }
      await removeUnfinished(folder);
    },
    remove: (step) => rm(join(folder, fileOf(step)), { force: true }),
  };
}

async function writeAndFlush(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A new name lasts when its folder is on the disk; not every system can do that. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** What processes left that were killed while they wrote; those that are alive are let be. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = new RegExp(`\\.safetensors\\.(\\d+)\\${UNFINISHED}$`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function missingAs<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/**
 * The tensors of a file, or of the latest checkpoint of a folder; ours, or one of TensorFlow. The caller closes it.
 *
 * @throws CHECKPOINT_MISSING, CHECKPOINT_INVALID
 */
export async function openModelFile(path: string): Promise<TensorSource> {
  const storage = modelDirStorage(path);
  const latest = await storage.list().then(
    (steps) => steps.at(-1),
    () => undefined, // It is no folder.
  );
  if (latest !== undefined) return safetensorsSource(await storage.read(latest), storage.pathOf(latest));
  const where = resolve(path);
  const original = await findCheckpoint(where);
  if (original !== undefined) return openBundle(original);
  const bytes = await readFile(where).catch((cause: unknown) => {
    throw headError('CHECKPOINT_MISSING', `The checkpoint ${quote(where)} cannot be read: ${reason(cause)}.`, {
      cause,
    });
  });
  return safetensorsSource(bytes, where);
}
