import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { headError } from '@tfjs-heads/head-kit';

/** @throws EXPORT_EXISTS */
export function checkFree(folder: string, overwrite: boolean): void {
  if (!overwrite && existsSync(folder))
    throw headError(
      'EXPORT_EXISTS',
      `folder must not be there yet, or overwrite be true, got ${JSON.stringify(folder)}, which is there.`,
    );
}

/** Writes a folder as a whole: whoever looks sees either all of it or what was there before. */
export async function writeFolder(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
  overwrite: boolean,
): Promise<void> {
  const target = resolve(folder);
  await mkdir(dirname(target), { recursive: true });
  const unfinished = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  const written = join(unfinished, 'new');
  try {
    await mkdir(written);
    for (const [name, content] of Object.entries(files)) await writeFile(join(written, name), content);
    checkFree(folder, overwrite);
    if (existsSync(target)) await rename(target, join(unfinished, 'old'));
    await rename(written, target);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function writeFile(path: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}
