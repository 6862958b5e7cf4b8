import { beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { withoutCpuForwarding } from '@tfjs-heads/backends';
import { startForSuite } from '../src/backend/start.js';
import type { BackendRecord } from '../src/backend/record.js';
import { suiteOf } from '../src/families.js';
import { subjects } from '../src/heads/index.js';
import { lawChecks } from '../src/checks/law/index.js';
import { parseQuery } from '../src/query.js';
import type { CaseResult } from '../src/result.js';
import { runCases } from '../src/run.js';

// Thousands of kernels, and a GPU in software takes its time for each.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const suite = await suiteOf(subjects);
let backend: BackendRecord;

beforeAll(async () => {
  const started = await startForSuite(inject('backend'));
  if ('unavailable' in started) throw new Error(started.unavailable);
  backend = started.record;
});

describe.each(Object.keys(subjects))('%s', (head) => {
  test.each(Object.keys(lawChecks))('%s', async (check) => {
    const cases = suite.cases.filter(parseQuery(`${head}:law:${check}`));
    const results: CaseResult[] = [];
    await withoutCpuForwarding(async () => {
      for await (const result of runCases({ suite, cases, backend, expectations: [] })) results.push(result);
    });
    const bad = results.filter(({ status }) => status !== 'pass' && status !== 'skip'); // it is known what a backend lacks
    expect(bad.map(({ query, status, message }) => `${status} ${query}: ${message}`)).toEqual([]);
  });
});

test('each law applies to some head', () => {
  const idle = Object.keys(lawChecks).filter((check) => !suite.cases.some(parseQuery(`*:law:${check}`)));
  expect(idle).toEqual([]);
});
