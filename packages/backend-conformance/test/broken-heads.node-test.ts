import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { startForSuite } from '@tfjs-heads/conformance-kit';
import {
  parseQuery,
  queryOf,
  runCases,
  suiteOf,
  type BackendRecord,
  type CaseResult,
  type Query,
  type Subject,
} from '../src/index.js';
import { subjects } from '../src/heads.js';
import { breakHead, right } from './broken-heads/broken-head.js';
import { brokenHeads, markdownTable } from './broken-heads/index.js';

let record: BackendRecord;
beforeAll(async () => {
  const started = await startForSuite('cpu');
  if ('unavailable' in started) throw new Error(started.unavailable);
  ({ record } = started);
});

/** Runs cases of one head. */
async function run(name: string, subject: Subject, isMeant: Query): Promise<CaseResult[]> {
  const suite = await suiteOf({ [name]: subject });
  const cases = suite.cases.filter(isMeant);
  const results: CaseResult[] = [];
  for await (const result of runCases({ suite, cases, backend: record, expectations: [] })) results.push(result);
  return results;
}

describe('a broken head', () => {
  it.each(Object.entries(brokenHeads))(
    '%s fails, by the case that the table names',
    async (name, { subject, caughtBy, says }) => {
      const query = `${name}:${caughtBy}`;
      const results = await run(name, subject, (testCase) => queryOf(testCase) === query);
      expect(results.map(queryOf)).toEqual([query]); // there is such a case
      expect(results[0]?.status).toBe('fail');
      expect(results[0]?.message).toContain(says);
    },
  );

  it('passes once its fault is mended', async () => {
    const results = await run('Right', right, parseQuery('Right:*'));
    expect(results.filter(({ status }) => status !== 'pass')).toEqual([]);
    const families = new Set(results.map(({ family }) => family));
    expect(families).toEqual(new Set(['golden', 'law', 'parity', 'training']));
  });

  it.each(['BinaryClassHead', 'MultiClassHead', 'MultiLabelHead', 'MultiHead'] as const)(
    'fails for its fault alone: a %s that is taken apart and put together passes what catches others',
    async (name) => {
      const caught = new Set(Object.values(brokenHeads).map(({ caughtBy }) => `${name}:${caughtBy}`));
      const whole = breakHead(() => ({}), {}, subjects[name]);
      const results = await run(name, whole, (testCase) => caught.has(queryOf(testCase)));
      expect(results.filter(({ status }) => status !== 'pass')).toEqual([]);
      expect(results.length).toBeGreaterThan(20);
    },
  );

  it('is in the table of the README', async () => {
    const readme = await readFile(new URL('broken-heads/README.md', import.meta.url), 'utf8');
    expect(readme).toContain(markdownTable(brokenHeads));
  });
});
