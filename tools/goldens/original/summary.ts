import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { committedFiles } from '../files.js';

/** How many numbers were compared, and the largest difference, relative to the larger of the expected value and its scale. */
export interface Count {
  readonly compared: number;
  readonly largest: number | 'Infinity';
  /** The case and the place of the largest difference; empty where there is none. */
  readonly where: string;
}

/** Numbers in which the original may differ by more than the tolerance, and why. */
export interface KnownDifference extends Count {
  readonly pattern: string;
  readonly reason: string;
  readonly limit: number;
}

/** What the last replay saw: written by `summary.py`. */
export interface Summary {
  readonly format: 'tfjs-heads-original/1';
  readonly versions: Readonly<Record<'python' | 'tensorflow-cpu' | 'tensorflow-estimator' | 'keras' | 'numpy', string>>;
  readonly tolerance: number;
  /** The files that were replayed, by their paths in the repository, with their SHA-256. */
  readonly goldens: Readonly<Record<string, string>>;
  /** Whose update rule trained, by the parameters of the training. */
  readonly rules: Readonly<Record<string, 'tensorflow' | 'tfjs, written out'>>;
  /** By head and quantity. */
  readonly heads: Readonly<Record<string, Readonly<Record<string, Count>>>>;
  readonly known: readonly KnownDifference[];
  readonly failures: readonly string[];
}

const fileName = 'original.json';

/** Where the summary stands in a repository. */
export function summaryPath(root: string): string {
  return join(root, 'tools/goldens/original', fileName);
}

export function readSummary(root: string): Summary {
  const summary = JSON.parse(readFileSync(summaryPath(root), 'utf8')) as Summary;
  if (summary.format !== 'tfjs-heads-original/1') throw new Error(`${summaryPath(root)} is no summary of a replay.`);
  return summary;
}

/**
 * What speaks against the goldens of a repository being those that the original heads were last found to agree with;
 * empty when nothing does. Runs no Python.
 */
export function problemsOf(root: string): string[] {
  if (!existsSync(summaryPath(root))) return [`there is no ${fileName}: the goldens were never replayed`];
  const summary = readSummary(root);
  return [
    ...fileProblems(summary, hashesOf(root)),
    ...countProblems(summary),
    ...knownProblems(summary),
    ...summary.failures,
  ];
}

function fileProblems({ goldens }: Summary, files: Summary['goldens']): string[] {
  const names = [...new Set([...Object.keys(goldens), ...Object.keys(files)])].toSorted();
  return names.flatMap((name) => {
    if (goldens[name] === undefined) return [`${name} was not replayed`];
    if (files[name] === undefined) return [`${name} was replayed and is gone`];
    return goldens[name] === files[name] ? [] : [`${name} has changed since it was replayed`];
  });
}

function countProblems({ heads, tolerance }: Summary): string[] {
  const counts = Object.entries(heads).flatMap(([head, quantities]) =>
    Object.entries(quantities).map(([quantity, count]) => ({ what: `${head}, ${quantity}`, ...count })),
  );
  if (counts.length === 0) return ['nothing was compared'];
  return counts.flatMap(({ what, compared, largest }) => {
    if (compared === 0) return [`${what}: nothing was compared`];
    return Number(largest) > tolerance ? [`${what}: ${largest} off`] : [];
  });
}

/** A known difference that is none would hide what comes later. */
function knownProblems({ known, tolerance }: Summary): string[] {
  return known.flatMap(({ pattern, compared, largest, limit }) => {
    if (Number(largest) > limit) return [`${pattern}: ${largest} off, where ${limit} is known`];
    return Number(largest) > tolerance ? [] : [`${pattern} is no difference: ${compared} numbers within the tolerance`];
  });
}

function hashesOf(root: string): Record<string, string> {
  const hashOf = (path: string): string =>
    createHash('sha256')
      .update(readFileSync(join(root, path)))
      .digest('hex');
  return Object.fromEntries(committedFiles(root).map((path) => [path, hashOf(path)]));
}
