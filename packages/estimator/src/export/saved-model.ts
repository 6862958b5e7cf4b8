import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type ExampleParsing, exportSavedModel } from '@tfjs-heads/tracing/saved-model';
import type { ServedPrediction } from './options.js';

/** Writes a SavedModel into a folder named by the time in seconds. Gives its path. */
export async function exportModel(
  base: string,
  { predict, example }: ServedPrediction,
  parseExample: ExampleParsing | undefined,
): Promise<string> {
  await mkdir(base, { recursive: true });
  const newest = Number(basename((await listExports(base)).at(-1) ?? '0'));
  // Two in one second: the newer has the greater number all the same.
  const folder = join(base, String(Math.max(Math.floor(Date.now() / 1000), newest + 1)));
  await exportSavedModel(folder, { predict, example, parseExample });
  return folder;
}

/** The exports in a folder, the oldest first. */
export async function listExports(base: string): Promise<readonly string[]> {
  const names = existsSync(base) ? await readdir(base) : [];
  const times = names.filter((name) => /^\d+$/.test(name)).toSorted((a, b) => Number(a) - Number(b));
  return times.map((name) => join(base, name));
}

export async function removeExport(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Where a folder of exports says which evaluation was the best. */
const BEST = 'best-eval-result.json';

/** The best evaluation of the exports in a folder; undefined where none was kept, or what was is no such. */
export async function readBest(base: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const best: unknown = JSON.parse(await readFile(join(base, BEST), 'utf8'));
    return typeof best === 'object' && best !== null ? (best as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps it for the processes that come after this one, as a whole or not at all. */
export async function writeBest(base: string, best: Readonly<Record<string, unknown>>): Promise<void> {
  const unfinished = join(base, `${BEST}.${process.pid}.unfinished`);
  await writeFile(unfinished, JSON.stringify(best));
  await rename(unfinished, join(base, BEST));
}
