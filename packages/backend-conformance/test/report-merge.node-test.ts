import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compact, expand } from '../src/report/compact.js';
import { mergeReports, readReport, writeReports } from '../src/report/index.js';
import { caseOf, record, reportOf, resultOf, runOf, sample } from './report-sample.js';

const one = caseOf('RegressionHead', 'law', 'mean', 1);
const two = caseOf('RegressionHead', 'law', 'mean', 2);

describe('merging', () => {
  it('joins the shards of a target, adds up the times and keeps the first date', () => {
    const early = { ...reportOf(runOf('cpu', resultOf(two, 'pass'))), created: '2025-12-31T00:00:00.000Z' };
    const merged = mergeReports([reportOf(runOf('cpu', resultOf(one, 'pass')), runOf('wasm')), early]);
    expect(merged.runs.map(({ target }) => target)).toEqual(['cpu', 'wasm']);
    expect(merged.runs[0]?.cases.map(({ query }) => query)).toEqual(['RegressionHead:law:mean:rows=1', 'RegressionHead:law:mean:rows=2']);
    expect(merged.runs[0]?.milliseconds).toBe(200);
    expect(merged).toMatchObject({ milliseconds: 3000, created: early.created, suite: '0.1.0' });
  });

  it('keeps the worse of two results of one case, whichever comes first', () => {
    for (const [better, worse] of [['pass', 'skip'], ['skip', 'xfail'], ['xfail', 'xpass'], ['xpass', 'fail']] as const) {
      const reports = [reportOf(runOf('cpu', resultOf(one, better))), reportOf(runOf('cpu', resultOf(one, worse)))];
      for (const order of [reports, reports.toReversed()]) expect(mergeReports(order).runs[0]?.cases.map(({ status }) => status)).toEqual([worse]);
    }
  });

  it('keeps the result that used more, of two with the same status', () => {
    const reports = [0.1, 0.9, 0.5].map((used) => reportOf(runOf('cpu', resultOf(one, 'pass', used))));
    expect(mergeReports(reports).runs[0]?.cases[0]?.closest?.used).toBe(0.9);
  });

  it('takes a backend for available where one machine had it', () => {
    const none = reportOf({ target: 'cpu', unavailable: 'no such thing', milliseconds: 1, cases: [] });
    for (const order of [[none, reportOf(runOf('cpu', resultOf(one, 'pass')))], [reportOf(runOf('cpu', resultOf(one, 'pass'))), none]]) {
      const [run] = mergeReports(order).runs;
      expect(run?.unavailable).toBeUndefined();
      expect(run?.cases).toHaveLength(1);
    }
    expect(mergeReports([none, none]).runs[0]?.unavailable).toBe('no such thing');
  });

  it('names every place where a target ran', () => {
    const elsewhere = { ...runOf('cpu'), record: { ...record, runsOn: 'Node v22' } };
    expect(mergeReports([reportOf(runOf('cpu')), reportOf(elsewhere), reportOf(runOf('cpu'))]).runs[0]?.record?.runsOn).toBe('Node v20.20.2 | Node v22');
  });

  it('refuses what does not belong together', () => {
    expect(() => mergeReports([])).toThrow('no reports');
    expect(() => mergeReports([sample, { ...sample, suite: '0.2.0' }])).toThrow('suite 0.1.0 and of suite 0.2.0');
    expect(() => mergeReports([sample, { ...sample, format: 'other/2' as typeof sample.format }])).toThrow(`Report 2 is no report of this suite: its format is "other/2"`);
  });
});

describe('files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are written into a new folder, and the data is read back as it was', async () => {
    const paths = await writeReports(sample, join(folder, 'new', 'out'));
    expect(paths.map((path) => path.slice(folder.length))).toEqual(['/new/out/results.json', '/new/out/junit.xml', '/new/out/report.html']);
    expect(await readReport(paths[0] as string)).toEqual(sample);
    expect(await readFile(paths[1] as string, 'utf8')).toContain('<testsuites');
  });

  it('are refused with their name and what is wrong', async () => {
    const path = join(folder, 'bad.json');
    const refuses = async (text: string, reason: string): Promise<void> => {
      await writeFile(path, text);
      await expect(readReport(path)).rejects.toThrow(reason);
    };
    await refuses('{', `${path} is no JSON`);
    await refuses('null', 'its format is undefined');
    await refuses(JSON.stringify({ ...sample, runs: {} }), 'it has no runs');
    await refuses(JSON.stringify({ ...sample, runs: [null] }), 'runs[0] has no target');
    await refuses(JSON.stringify(reportOf(runOf('cpu', resultOf(one, 'great' as 'pass')))), 'runs[0].cases[0]');
  });

  it('have each case once, and lose nothing by it', () => {
    const small = compact(sample);
    expect(small.cases).toHaveLength(3);
    expect(expand(JSON.parse(JSON.stringify(small)))).toEqual(sample);
  });
});
