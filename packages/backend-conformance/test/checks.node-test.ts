import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { subjects } from '../src/heads.js';
import { queryOf, suiteOf } from '../src/index.js';
import { checksIn } from '@tfjs-heads/conformance-kit';
import { baselineHead } from './other-heads/baseline-head.js';
import { coxHead } from './other-heads/dependent-heads.js';

const { cases } = await suiteOf(subjects);

test('each check applies to some head, or to the backend alone', async () => {
  // What features, classes and dependent rows are asked for none of our heads is.
  const others = await suiteOf({ BaselineHead: baselineHead, CoxHead: coxHead });
  const used = new Set([...cases, ...others.cases].map(({ family, check }) => `${family}:${check}`));
  expect(checksIn().filter((name) => !used.has(name))).toEqual([]);
});

test('each case has a name of its own', () => {
  expect(new Set(cases.map(queryOf)).size).toBe(cases.length);
});

test('the README of the repository says how many cases and numbers there are', async () => {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
  const original = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const ofHeads = cases.filter(({ family }) => family !== 'op').length;
  expect(readme).toContain(`the same ${cases.length.toLocaleString('en')} cases`);
  expect(readme).toContain(`our heads: passed of ${ofHeads.toLocaleString('en')}`);
  expect(readme).toContain(`TensorFlow.js alone: passed of ${cases.length - ofHeads}`);
  expect(readme).toContain(`${Number(/(\d+) numbers, none/.exec(original)?.[1]).toLocaleString('en')} numbers`);
});
