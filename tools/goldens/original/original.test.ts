import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { root } from '../../workspace.js';
import { committedFiles, goldenFolders } from '../files.js';
import { withSection } from './section.js';
import { problemsOf, readSummary, summaryPath } from './summary.js';

const readme = join(root, 'packages', 'backend-conformance', 'README.md');

it('the goldens are those that the original heads agree with', () => {
  expect(problemsOf(root), 'npm run goldens:original').toEqual([]);
});

it('the README shows what the replay saw', () => {
  const text = readFileSync(readme, 'utf8');
  expect(withSection(text, readSummary(root))).toBe(text);
});

let copy = '';
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'original-'));
  for (const folder of goldenFolders(root)) cpSync(join(root, folder), join(copy, folder), { recursive: true });
  cpSync(summaryPath(root), summaryPath(copy));
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

it('goldens that have changed since, are new or are gone, are named', () => {
  const name = committedFiles(copy)[0] as string;
  const text = readFileSync(join(copy, name), 'utf8');
  const other = name.replace(/[^/]+$/, 'new.json');
  writeFileSync(join(copy, name), `${text} `);
  writeFileSync(join(copy, other), text);
  expect(problemsOf(copy).toSorted()).toEqual(
    [`${name} has changed since it was replayed`, `${other} was not replayed`].toSorted(),
  );
  rmSync(join(copy, other));
  rmSync(join(copy, name));
  expect(problemsOf(copy)).toEqual([`${name} was replayed and is gone`]);
});

it('a replay that failed, or knew differences that are none, is no proof', () => {
  const summary = readSummary(copy);
  const [known] = summary.known;
  writeFileSync(
    summaryPath(copy),
    JSON.stringify({ ...summary, failures: ['one is wrong'], known: [{ ...known, compared: 0, largest: 0 }] }),
  );
  expect(problemsOf(copy)).toEqual([
    `${known?.pattern} is no difference: 0 numbers within the tolerance`,
    'one is wrong',
  ]);
  writeFileSync(summaryPath(copy), JSON.stringify({ ...summary, heads: {} }));
  expect(problemsOf(copy)).toEqual(['nothing was compared']);
  rmSync(summaryPath(copy));
  expect(problemsOf(copy)).toEqual(['there is no original.json: the goldens were never replayed']);
});
