import { startBackend, withoutCpuForwarding } from '@tfjs-heads/backends';
import { beforeAll, expect, inject, it } from 'vitest';
import { recordBackend } from '../src/backend/record.js';
import { suiteOf } from '../src/families.js';
import { regressionSubjects } from '../src/heads/regression.js';
import { runCases } from '../src/run.js';
import type { CaseResult } from '../src/result.js';

beforeAll(async () => {
  const name = inject('backend');
  await startBackend({ prefer: [name], allow: [name], selfTest: false });
}, 60_000);

it.each(Object.entries(regressionSubjects).filter(([, { goldens }]) => goldens !== undefined))(
  'the goldens of %s hold',
  async (name, subject) => {
    const suite = await suiteOf({ [name]: subject });
    const cases = suite.cases.filter(({ family }) => family === 'golden');
    const backend = await recordBackend([]);
    const results: CaseResult[] = [];
    await withoutCpuForwarding(async () => {
      for await (const result of runCases({ suite, cases, backend, expectations: [] })) results.push(result);
    });
    console.log(worstOf(results));
    expect(results.length).toBeGreaterThan(50);
    expect(results.filter(({ status }) => status !== 'pass').map(({ query, message }) => `${query}: ${message}`)).toEqual([]);
  },
  120_000,
);

/** The share of the allowed error that each check used at worst, and its time. */
function worstOf(results: readonly CaseResult[]): string {
  const checks = [...new Set(results.map(({ check }) => check))];
  return checks
    .map((check) => {
      const own = results.filter((one) => one.check === check);
      const used = Math.max(...own.map(({ closest }) => Number(closest?.used ?? 0)));
      return `${own[0]?.head} ${check}: ${own.length} cases, ${used.toPrecision(3)} of the allowed error, ${Math.round(own.reduce((sum, { milliseconds }) => sum + milliseconds, 0))} ms`;
    })
    .join('\n');
}
