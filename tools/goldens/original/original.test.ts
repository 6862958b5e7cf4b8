import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { root } from '../../workspace.js';
import { withSection } from './section.js';
import { problemsOf, readSummary, summaryPath } from './summary.js';

const goldens = join(root, 'packages', 'head-regression', 'goldens');
const readme = join(root, 'packages', 'backend-conformance', 'README.md');

it('the goldens are those that the original heads agree with', () => {
  expect(problemsOf(goldens), 'npm run goldens:original').toEqual([]);
});

it('the README shows what the replay saw', () => {
  const text = readFileSync(readme, 'utf8');
  expect(withSection(text, readSummary(goldens))).toBe(text);
});

let copy = '';
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'original-'));
  cpSync(goldens, copy, { recursive: true });
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

const someGolden = (): string =>
  readdirSync(copy).find((name) => name.endsWith('.json') && name !== 'original.json') as string;

it('goldens that have changed since, are new or are gone, are named', () => {
  const name = someGolden();
  const text = readFileSync(join(copy, name), 'utf8');
  writeFileSync(join(copy, name), `${text} `);
  writeFileSync(join(copy, 'new.json'), text);
  expect(problemsOf(copy).toSorted()).toEqual(
    [`${name} has changed since it was replayed`, 'new.json was not replayed'].toSorted(),
  );
  rmSync(join(copy, 'new.json'));
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
