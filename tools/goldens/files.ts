import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HeadDescription } from './describe.js';
import { differenceOf } from './difference.js';
import { generate } from './generate.js';
import { binaryClass } from './heads/binary-class.js';
import { logisticRegression } from './heads/logistic-regression.js';
import { multi } from './heads/multi.js';
import { multiClass } from './heads/multi-class.js';
import { multiLabel } from './heads/multi-label.js';
import { poissonRegression } from './heads/poisson-regression.js';
import { regression } from './heads/regression.js';
import { sequential } from './heads/sequential.js';
import { formatJson } from './json.js';

/** All heads that have goldens. */
const heads: readonly HeadDescription[] = [
  regression,
  poissonRegression,
  logisticRegression,
  binaryClass,
  multiClass,
  multiLabel,
  multi,
  sequential,
];

/** What the files hold, by their paths in the repository. */
export function goldenFiles(): ReadonlyMap<string, string> {
  return new Map(heads.map((head) => [pathOf(head), formatJson(generate(head))]));
}

function pathOf({ package: folder, file }: HeadDescription): string {
  return `packages/${folder}/goldens/${file}`;
}

/** The folders of goldens that there are, by their paths in the repository. */
export function goldenFolders(root: string): string[] {
  const folders = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/goldens`);
  return folders.filter((folder) => existsSync(join(root, folder))).toSorted();
}

/** The files of goldens that there are, by their paths in the repository. */
export function committedFiles(root: string): string[] {
  return goldenFolders(root).flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`));
}

/** What is wrong with the files, a line each; empty where they are what would be generated, and there are no others. */
export async function staleness(root: string, files: ReadonlyMap<string, string> = goldenFiles()): Promise<string[]> {
  const problems = committedFiles(root)
    .filter((path) => !files.has(path))
    .map((path) => `${path}: nothing generates it`);
  for (const [path, generated] of files) {
    const committed = await readFile(join(root, path), 'utf8').catch(() => undefined);
    if (committed !== generated) problems.push(`${path}: ${problemOf(committed, generated)}`);
  }
  return problems;
}

function problemOf(committed: string | undefined, generated: string): string {
  if (committed === undefined) return 'there is no such file';
  try {
    return differenceOf(JSON.parse(committed), JSON.parse(generated)) ?? 'the same values, laid out in another way';
  } catch (error) {
    return String(error);
  }
}
