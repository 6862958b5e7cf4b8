import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from '../workspace.js';

/** How many lines the checklist of features has: one for each that a user of the original sees. */
const CHECKLIST_LINES = 81;

/** "line 7", "lines 43 and 44", "lines 75 to 78", "lines 2, 35, 40": the word, and the numbers with what is between them. */
const NAMED = /\blines? (\d+(?:(?:, and |, | and | to )\d+)*)/g;

/** What is no name of a test. */
const COMMENTS = /^\s*\/\/.*$|\s\/\/ .*$|\/\*[\s\S]*?\*\//gm;

/** The lines of the checklist that names of tests, or other text of their files, say they show. */
export function linesNamedIn(source: string): ReadonlySet<number> {
  return new Set([...source.replaceAll(COMMENTS, '').matchAll(NAMED)].flatMap(([, list = '']) => numbersOf(list)));
}

function numbersOf(list: string): readonly number[] {
  return list.split(/, and |, | and /).flatMap((part) => {
    const [first = 0, last = first] = part.split(' to ').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** The lines that no test of these folders names. */
export function linesWithoutTest(folders: readonly string[]): readonly number[] {
  const files = folders.flatMap((folder) =>
    filesUnder(folder)
      .filter((path) => /\.(?:test|node-test|test-d)\.ts$/.test(path))
      .map((path) => join(folder, path)),
  );
  const named = new Set(files.flatMap((file) => [...linesNamedIn(readFileSync(file, 'utf8'))]));
  return Array.from({ length: CHECKLIST_LINES }, (_, i) => i + 1).filter((line) => !named.has(line));
}
