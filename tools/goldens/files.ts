import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { differenceOf } from './difference.js';
import { generate } from './generate.js';
import { logisticRegression } from './heads/logistic-regression.js';
import { poissonRegression } from './heads/poisson-regression.js';
import { regression } from './heads/regression.js';
import { formatJson } from './json.js';

/** File name to text, of all heads that have goldens. */
export function goldenFiles(): ReadonlyMap<string, string> {
  return new Map(
    [regression, poissonRegression, logisticRegression].map((head) => [head.file, formatJson(generate(head))]),
  );
}

/** What is wrong with the files in a folder, a line each; empty where they are what would be generated. */
export async function staleness(folder: string, files: ReadonlyMap<string, string> = goldenFiles()): Promise<string[]> {
  const problems: string[] = [];
  for (const [name, generated] of files) {
    const committed = await readFile(join(folder, name), 'utf8').catch(() => undefined);
    if (committed !== generated) problems.push(`${name}: ${problemOf(committed, generated)}`);
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
