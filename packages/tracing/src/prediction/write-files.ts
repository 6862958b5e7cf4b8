import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { headError } from '@tfjs-heads/head-kit';

/** @throws EXPORT_EXISTS */
export function checkFree(name: string, path: string, overwrite: boolean): void {
  if (!overwrite && existsSync(path))
    throw headError(
      'EXPORT_EXISTS',
      `${name} must not be there yet, or overwrite be true, got ${JSON.stringify(path)}, which is there.`,
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
    checkFree('folder', folder, overwrite);
    if (existsSync(target)) await rename(target, join(unfinished, 'old'));
    await rename(written, target);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Writes one file as a whole, beside what was there before until it is there. */
export async function writeOneFile(file: string, content: Uint8Array, overwrite: boolean): Promise<void> {
  const target = resolve(file);
  await mkdir(dirname(target), { recursive: true });
  const unfinished = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    const written = join(unfinished, 'new');
    await writeFile(written, content);
    checkFree('file', file, overwrite);
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
