import { open, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { headError, quote } from '@tfjs-heads/head-kit';
import { readRange } from '../read-range.js';

const INDEX = '.index';
/** The file in which TensorFlow says which checkpoint of a folder is the latest: `CheckpointState` as text. */
const STATE = 'checkpoint';
/** How long that may be. */
const MAX_STATE = 1 << 20;

/**
 * The path, without `.index`, of the TensorFlow checkpoint that a path means: the checkpoint itself, its index, the latest of a folder, or the numbers of a
 * SavedModel. Undefined where there is none.
 *
 * @throws CHECKPOINT_INVALID where a folder does not say its latest one as TensorFlow does
 */
export async function findCheckpoint(path: string): Promise<string | undefined> {
  if (path.endsWith(INDEX)) return path.slice(0, -INDEX.length);
  if (await isThere(path + INDEX)) return path;
  const names = await readdir(path).catch((): string[] => []);
  if (names.includes(STATE)) return join(path, await latestOf(join(path, STATE)));
  const prefixes = names.flatMap((name) => (name.endsWith(INDEX) ? name.slice(0, -INDEX.length) : []));
  const newest = prefixes.toSorted((a, b) => stepOf(a) - stepOf(b)).at(-1);
  if (newest !== undefined) return join(path, newest);
  const saved = join(path, 'variables', 'variables');
  return (await isThere(saved + INDEX)) ? saved : undefined;
}

async function isThere(file: string): Promise<boolean> {
  const handle = await open(file, 'r').catch(() => undefined);
  await handle?.close();
  return handle !== undefined;
}

/** The name of the latest checkpoint. What stands before it is not followed: the folder may have been moved, or the file be hostile. */
async function latestOf(file: string): Promise<string> {
  const fail = (what: string): Error => headError('CHECKPOINT_INVALID', `${file}: ${what}.`);
  const handle = await open(file, 'r').catch((cause: unknown) => {
    throw headError('CHECKPOINT_MISSING', `${quote(file)} cannot be read: ${String(cause)}.`, { cause });
  });
  try {
    const { size } = await handle.stat();
    if (size > MAX_STATE) throw fail(`it must have at most ${MAX_STATE} bytes, got ${size}`);
    const text = new TextDecoder().decode(await readRange(handle, 0, size, fail));
    const path = /^model_checkpoint_path:\s*"([^"\\]*)"/m.exec(text)?.[1];
    const name = basename(path ?? '');
    if (name !== '' && name !== '..' && !name.includes('\0')) return name;
    throw fail(
      `its model_checkpoint_path must end with the name of a checkpoint, got ${path === undefined ? 'none' : quote(path)}`,
    );
  } finally {
    await handle.close();
  }
}

/** The number at the end of a name, `model.ckpt-100`. */
function stepOf(prefix: string): number {
  return Number(/-(\d+)$/.exec(prefix)?.[1] ?? -1);
}
