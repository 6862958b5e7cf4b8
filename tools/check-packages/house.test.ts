import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { houseProblems } from './house.js';

/** Packages of files with so many lines each. */
function problemsOf(packages: Readonly<Record<string, readonly number[]>>): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), 'house-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  return houseProblems(
    Object.entries(packages).map(([name, files]) => {
      const folder = join(root, name);
      mkdirSync(join(folder, 'src'), { recursive: true });
      files.forEach((lines, i) => writeFileSync(join(folder, 'src', `${i}.ts`), 'a line\n'.repeat(lines)));
      return { folder, manifest: { name, version: '0.1.0' } };
    }),
  );
}

it('lets packages of like size stand, of files that are long enough', () => {
  expect(
    problemsOf({
      a: [10],
      b: [4, 6],
      'head-kit': [60, 60, 60, 9],
      'conformance-kit': [20, 70, 100],
      c: [150],
      d: [150],
    }),
  ).toEqual([]);
});

it('refuses a package that holds more than 30 % of all', () => {
  expect(problemsOf({ a: [20, 21], b: [30], c: [30], d: [30] })).toEqual([
    'a holds 41 of 131 lines under packages/*/src, more than 30 %',
  ]);
});

it('refuses a kit in pieces', () => {
  expect(problemsOf({ 'head-kit': [59, 59, 200], b: [318], c: [318], d: [318] })).toEqual([
    'the median of the files of head-kit is 59 lines, less than 60',
  ]);
});
