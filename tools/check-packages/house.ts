import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { filesUnder, type WorkspacePackage } from '../workspace.js';

/** No package holds more of the lines under src than this: a bigger one is several. */
const LARGEST_SHARE = 0.3;

/** What is read together stands in one file: the middle one of these packages has at least so many lines. */
const LEAST_MEDIAN: Readonly<Record<string, number>> = { 'head-kit': 60, 'conformance-kit': 60 };

/** Says which package has outgrown the house, and which has fallen to pieces. */
export function houseProblems(packages: readonly WorkspacePackage[]): readonly string[] {
  const lines = new Map(packages.map(({ folder }) => [basename(folder), linesOf(join(folder, 'src'))]));
  const total = sum([...lines.values()].flat());
  return [...lines].flatMap(([name, files]) => {
    const [size, least, median] = [sum(files), LEAST_MEDIAN[name] ?? 0, medianOf(files)];
    return [
      ...(size > LARGEST_SHARE * total
        ? [`${name} holds ${size} of ${total} lines under packages/*/src, more than ${LARGEST_SHARE * 100} %`]
        : []),
      ...(median < least ? [`the median of the files of ${name} is ${median} lines, less than ${least}`] : []),
    ];
  });
}

/** How long each file is. */
function linesOf(folder: string): readonly number[] {
  return filesUnder(folder).map((path) => readFileSync(join(folder, path), 'utf8').split('\n').length - 1);
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
