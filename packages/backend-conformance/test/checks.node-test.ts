import { expect, test } from 'vitest';
import { subjects } from '../src/heads/index.js';
import { queryOf, suiteOf } from '../src/index.js';
import { checksIn } from '../src/families.js';

const { cases } = await suiteOf(subjects);

test('each check applies to some head, or to the backend alone', () => {
  const used = new Set(cases.map(({ family, check }) => `${family}:${check}`));
  expect(checksIn().filter((name) => !used.has(name))).toEqual([]);
});

test('each case has a name of its own', () => {
  expect(new Set(cases.map(queryOf)).size).toBe(cases.length);
});
