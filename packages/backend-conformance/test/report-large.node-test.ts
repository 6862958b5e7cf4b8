import { describe, expect, it } from 'vitest';
import { toHtml, toJunit } from '../src/report/index.js';
import { listed } from '../src/report/listed.js';
import { cellsOf, countsOf, resultsOf } from '../src/report/summary.js';
import { histogramOf } from '../src/report/shares.js';
import { type Status, tallyOf } from '@tfjs-heads/conformance-kit/host';
import { caseOf, reportOf, resultOf, runOf } from './report-sample.js';

const statuses: readonly Status[] = ['pass', 'pass', 'pass', 'fail', 'skip', 'xfail', 'xpass', 'pass'];
const results = (target: string, count: number) =>
  runOf(
    target,
    ...Array.from({ length: count }, (_, i) =>
      resultOf(caseOf(`Head-${i % 3}`, 'law', 'mean', i), statuses[i % statuses.length] as Status, (i % 100) / 99, {
        expected: { reason: 'r', upstream: null },
      }),
    ),
  );

describe('a report of more results than a page lists', () => {
  const report = reportOf(results('cpu', 4000), results('wasm', 800));
  const page = listed(report, 2000);

  it('lists the worst of them, from every backend, and counts the others', () => {
    const counts = tallyOf(report.runs);
    const there = tallyOf(page.runs);
    expect(there).toMatchObject({ fail: counts.fail, xpass: counts.xpass, xfail: counts.xfail });
    expect(there.pass).toBeLessThan(counts.pass);
    expect(page.runs.map(({ cases }) => cases.length > 0)).toEqual([true, true]);
    const total = page.runs.reduce((sum, { cases }) => sum + cases.length, 0);
    expect(total).toBeGreaterThan(1990);
    expect(total).toBeLessThanOrEqual(2000);
  });

  it('has the figures of all', () => {
    expect(countsOf(page.runs)).toEqual(tallyOf(report.runs));
    for (const [i, run] of page.runs.entries()) {
      const whole = report.runs[i] as (typeof report.runs)[number];
      expect(cellsOf(run)).toEqual(cellsOf(whole));
      expect(resultsOf(run)).toBe(whole.cases.length);
      const counted = histogramOf(run.cases).map((count, part) => count + (run.leftOut?.histogram[part] ?? 0));
      expect(counted).toEqual(histogramOf(whole.cases));
    }
  });

  it('is what it was where they fit', () => {
    expect(listed(report, 4800)).toBe(report);
  });
});

it('100,000 results are no matter for a page or JUnit', () => {
  const report = reportOf(results('cpu', 100_000));
  expect(toHtml(report).length).toBeLessThan(30_000_000);
  expect(toJunit(report)).toContain('tests="100000" failures="25000" errors="0" skipped="25000"');
});
