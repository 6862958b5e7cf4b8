import type { FileHandle } from 'node:fs/promises';
import { reasonOf } from '@tfjs-heads/conformance-kit/host';

/** Files and what is to stand in them, in pieces. */
export type Files = Readonly<Record<string, Iterable<string>>>;

/** About so much is written at once. */
const BATCH = 1 << 20;

const encoder = new TextEncoder();

/**
 * Writes files into a folder, which is made where it is missing: all of them or none, as far as a file system can promise that. Each
 * is written beside its place, down to the disk, and put there when all are; what was there before stays until then. In Node only.
 *
 * @returns Their paths.
 * @throws Error that says which file could not be written, and why
 */
export async function writeFiles(directory: string, files: Files): Promise<readonly string[]> {
  const { mkdir, rename, rm } = globalThis.process.getBuiltinModule('node:fs/promises');
  const { join } = globalThis.process.getBuiltinModule('node:path');
  const { randomUUID } = globalThis.process.getBuiltinModule('node:crypto');
  const mark = randomUUID();
  const places = Object.keys(files).map((name) => ({
    name,
    path: join(directory, name),
    beside: join(directory, `.${name}.${mark}.tmp`),
  }));
  try {
    await mkdir(directory, { recursive: true });
    for (const { name, path, beside } of places) await saying(path, () => writeDown(beside, files[name] ?? []));
    for (const { path } of places) await saying(path, () => refuseFolder(path));
    for (const { path, beside } of places) await saying(path, () => rename(beside, path));
    await settle(directory);
  } finally {
    await Promise.all(places.map(({ beside }) => rm(beside, { force: true }).catch(() => {})));
  }
  return places.map(({ path }) => path);
}

/**
 * Finds out whether files can be written into a folder, which is made where it is missing, and leaves no trace in it.
 *
 * @param bytes About how many they will have.
 * @throws Error that says why they cannot
 */
export async function tryFiles(directory: string, names: readonly string[], bytes: number): Promise<void> {
  const { mkdir, rm, statfs } = globalThis.process.getBuiltinModule('node:fs/promises');
  const { join } = globalThis.process.getBuiltinModule('node:path');
  const { randomUUID } = globalThis.process.getBuiltinModule('node:crypto');
  await mkdir(directory, { recursive: true });
  for (const name of names) await refuseFolder(join(directory, name));
  const probe = join(directory, `.${randomUUID()}.tmp`);
  try {
    await writeDown(probe, ['x'.repeat(1 << 16)]);
  } finally {
    await rm(probe, { force: true }).catch(() => {});
  }
  const { bavail, bsize, blocks } = await statfs(directory).catch(() => ({ bavail: 0, bsize: 0, blocks: 0 }));
  const free = bavail * bsize;
  // Some file systems do not tell.
  if (blocks > 0 && free < bytes)
    throw new Error(`about ${formatBytes(bytes)} are needed and ${formatBytes(free)} are free`);
}

async function writeDown(path: string, pieces: Iterable<string>): Promise<void> {
  const { open } = globalThis.process.getBuiltinModule('node:fs/promises');
  const file: FileHandle = await open(path, 'wx');
  // Bytes go into one buffer for all: texts and buffers of this size are given back late.
  const buffer = new Uint8Array(BATCH);
  let length = 0;
  const flush = async (): Promise<void> => {
    for (let at = 0; at < length;) at += (await file.write(buffer, at, length - at)).bytesWritten;
    length = 0;
  };
  try {
    for (const piece of pieces) {
      for (let rest = piece; rest !== '';) {
        const { read, written } = encoder.encodeInto(rest, buffer.subarray(length));
        length += written;
        rest = read === rest.length ? '' : rest.slice(read);
        if (rest !== '') await flush();
      }
    }
    await flush();
    await file.sync();
  } finally {
    await file.close();
  }
}

async function refuseFolder(path: string): Promise<void> {
  const { stat } = globalThis.process.getBuiltinModule('node:fs/promises');
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory() === true) throw new Error(`${path} is a folder`);
}

/** Or the new names might be lost with the power. Not every system lets a folder be opened. */
async function settle(directory: string): Promise<void> {
  const { open } = globalThis.process.getBuiltinModule('node:fs/promises');
  const folder = await open(directory, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

async function saying(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const reason = reasonOf(error);
    throw new Error(reason.startsWith(path) ? reason : `${path}: ${reason}`, { cause: error });
  }
}

function formatBytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${Math.ceil(bytes / 1e6)} MB`;
}
