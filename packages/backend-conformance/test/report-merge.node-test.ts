import { describe, expect, it } from 'vitest';
import { mergeReports, toJunit } from '../src/report/index.js';
import { inShard, isGood, type Shard } from '@tfjs-heads/conformance-kit/host';
import type { ConformanceReport } from '../src/report/format.js';
import { caseOf, record, reportOf, reportOfPart, resultOf, runOf, sample } from './report-sample.js';

const cases = Array.from({ length: 7 }, (_, i) => caseOf('RegressionHead', 'law', 'mean', i + 1));
const queries = cases.map(({ parameters }) => `RegressionHead:law:mean:rows=${parameters['rows']}`);
const shardOf = (index: number, count: number, ...targets: string[]): ConformanceReport => {
  const shard: Shard = { index, count };
  const results = inShard(cases, shard).map((testCase) => resultOf(testCase, 'pass'));
  return reportOfPart(
    { cases, shard },
    ...(targets.length === 0 ? ['cpu'] : targets).map((target) => runOf(target, ...results)),
  );
};
const whole = (target: string): ConformanceReport =>
  reportOf(runOf(target, ...cases.map((testCase) => resultOf(testCase, 'pass'))));
const unavailable = (target: string): ConformanceReport['runs'][number] => ({
  target,
  unavailable: 'no such thing',
  milliseconds: 1,
  cases: [],
});

describe('merging', () => {
  it('joins all shards of a target into the whole, adds up the times and keeps the first date', () => {
    const early = { ...shardOf(2, 3), created: '2025-12-31T00:00:00.000Z' };
    const merged = mergeReports([shardOf(1, 3), early, shardOf(3, 3)]);
    expect(merged.runs[0]?.cases.map(({ query }) => query).toSorted()).toEqual(queries);
    expect(merged).toMatchObject({
      milliseconds: 4500,
      created: early.created,
      suite: '0.1.0',
      problems: [],
      runs: [{ milliseconds: 300 }],
    });
    expect(merged.parts.map(({ shard, asked }) => [shard?.index, asked])).toEqual([
      [1, 3],
      [2, 2],
      [3, 2],
    ]);
    expect(isGood(merged)).toBe(true);
  });

  it('joins what was merged before, in any order and grouping', () => {
    const parts = [1, 2, 3, 4].map((index) => shardOf(index, 4, 'cpu', 'wasm'));
    const [a, b, c, d] = parts as [ConformanceReport, ConformanceReport, ConformanceReport, ConformanceReport];
    const half = mergeReports([b, d]);
    expect(half.problems).toEqual([
      'cpu: there are no results of shards 1/4, 3/4',
      'wasm: there are no results of shards 1/4, 3/4',
    ]);
    const merged = mergeReports([mergeReports([c, half]), a, whole('webgl')]);
    expect(merged.problems).toEqual([]);
    expect(merged.parts).toHaveLength(5);
    expect(merged.runs.map(({ target, cases: results }) => [target, results.length])).toEqual([
      ['cpu', 7],
      ['wasm', 7],
      ['webgl', 7],
    ]);
  });

  it.each<[string, ConformanceReport[], string[]]>([
    ['a missing shard', [shardOf(1, 3), shardOf(3, 3)], ['cpu: there are no results of shard 2/3']],
    ['one shard alone', [shardOf(2, 3)], ['cpu: there are no results of shards 1/3, 3/3']],
    [
      'a target that one shard lacks',
      [shardOf(1, 2, 'cpu', 'wasm'), shardOf(2, 2, 'cpu')],
      ['wasm: there are no results of shard 2/2'],
    ],
    [
      'a target that one shard had not',
      [shardOf(1, 2, 'cpu'), reportOfPart({ cases, shard: { index: 2, count: 2 } }, unavailable('cpu'))],
      ['cpu: there are no results of shard 2/2 (unavailable there: no such thing)'],
    ],
    [
      'results that a shard lacks',
      [
        shardOf(1, 2),
        reportOfPart({ cases, shard: { index: 2, count: 2 } }, runOf('cpu', resultOf(cases[1] as never, 'pass'))),
      ],
      ['cpu: of shard 2/2, 2 of 3 cases were not run'],
    ],
    [
      'fewer results than were asked for',
      [reportOfPart({ cases }, runOf('cpu', resultOf(cases[0] as never, 'pass')))],
      ['cpu: 6 of 7 cases were not run'],
    ],
    [
      'results of other cases',
      [
        reportOfPart(
          { cases: cases.slice(0, 2) },
          runOf('cpu', ...cases.slice(1, 3).map((testCase) => resultOf(testCase, 'pass'))),
        ),
      ],
      ['cpu: its cases are others than those that were asked for'],
    ],
  ])('says that there is %s, which is no pass', (_, reports, problems) => {
    const merged = mergeReports(reports);
    expect(merged.problems).toEqual(problems);
    expect(isGood(merged)).toBe(false);
  });

  it('takes a backend for available where one machine had it', () => {
    const none = reportOfPart({ cases }, unavailable('cpu'));
    for (const order of [
      [none, whole('cpu')],
      [whole('cpu'), none],
    ]) {
      const merged = mergeReports(order);
      expect(merged.runs).toHaveLength(1);
      expect(merged.runs[0]?.unavailable).toBeUndefined();
      expect(isGood(merged)).toBe(true);
    }
    expect(mergeReports([none, none])).toMatchObject({ problems: [], runs: [{ unavailable: 'no such thing' }] });
  });

  it('names every place where a target ran, once', () => {
    const elsewhere = shardOf(2, 3);
    const [run] = elsewhere.runs as [ConformanceReport['runs'][number]];
    const other = { ...elsewhere, runs: [{ ...run, record: { ...record, runsOn: 'Node v22' } }] };
    expect(mergeReports([mergeReports([shardOf(1, 3), other]), shardOf(3, 3)]).runs[0]?.record?.runsOn).toBe(
      'Node v20.20.2 | Node v22',
    );
  });

  it('names every engine with its version, once', () => {
    const inEngine = (index: number, name: string, version: string): ConformanceReport => {
      const report = shardOf(index, 4);
      return { ...report, runs: report.runs.map((run) => ({ ...run, engine: { name, version } })) };
    };
    const engineOf = (...reports: ConformanceReport[]) => mergeReports(reports).runs[0]?.engine;
    const first = inEngine(1, 'Chrome', '155');
    expect(engineOf(first, inEngine(2, 'Chrome', '155'))).toEqual({ name: 'Chrome', version: '155' });
    expect(engineOf(first, inEngine(2, 'Chrome', '156'))).toEqual({ name: 'Chrome', version: '155 | 156' });
    const half = mergeReports([first, inEngine(2, 'Chromium', '156')]);
    const merged = mergeReports([half, inEngine(3, 'Chrome', '156'), inEngine(4, 'Chrome', '155')]);
    expect(merged.runs[0]?.engine).toEqual({ name: 'Chrome | Chromium | Chrome', version: '155 | 156 | 156' });
    expect(toJunit(merged)).toContain('value="Chrome 155 | Chromium 156 | Chrome 156"');
  });

  const selected = (part: Partial<ConformanceReport['selection']>, report = shardOf(2, 2)): ConformanceReport => ({
    ...report,
    selection: { ...report.selection, ...part },
  });
  const inPart = (report: ConformanceReport, part: object): ConformanceReport => ({
    ...report,
    parts: report.parts.map((known) => ({
      ...known,
      targets: known.targets.map((target) => ({ ...target, ...part })),
    })),
  });

  it.each<[string, ConformanceReport[], string]>([
    ['suites', [shardOf(1, 2), { ...shardOf(2, 2), suite: '0.2.0' }], 'suite: 0.1.0 in a.json; 0.2.0 in b.json'],
    [
      'projects',
      [shardOf(1, 2), selected({ project: 'heads 2.0.0' })],
      'project: heads 1.0.0 in a.json; heads 2.0.0 in b.json',
    ],
    [
      'subjects',
      [shardOf(1, 2), selected({ subjects: ['Other', 'RegressionHead'] })],
      'subjects: RegressionHead in a.json; Other, RegressionHead in b.json',
    ],
    ['filters', [shardOf(1, 2), selected({ filters: ['*:law'] })], 'filters: none in a.json; *:law in b.json'],
    ['repairs', [shardOf(1, 2), selected({ repair: false })], 'repairs: on in a.json; off in b.json'],
    ['cases', [shardOf(1, 2), selected({ names: 'f'.repeat(32) })], `; ${'f'.repeat(32)} in b.json`],
    [
      'numbers of cases',
      [reportOf(runOf('cpu', resultOf(cases[0] as never, 'pass'))), whole('wasm')],
      'number of cases: 1 in a.json; 7 in b.json',
    ],
    ['expectations', [shardOf(1, 2), inPart(shardOf(2, 2), { expectations: 'e'.repeat(32) })], 'cpu: expectations: '],
    [
      'versions of TensorFlow.js',
      [
        shardOf(1, 2),
        {
          ...shardOf(2, 2),
          runs: shardOf(2, 2).runs.map((run) => ({
            ...run,
            record: { ...record, versions: { 'tfjs-core': '4.10.0' } },
          })),
        },
      ],
      'cpu: versions: tfjs-core 4.22.0 in a.json; tfjs-core 4.10.0 in b.json',
    ],
    ['numbers of shards', [shardOf(1, 2), shardOf(2, 3)], 'cpu: number of shards: 2 in a.json; 3 in b.json'],
    ['whole and part', [whole('cpu'), shardOf(2, 2)], 'cpu: number of shards: 1 in a.json; 2 in b.json'],
    ['the same shard twice', [shardOf(1, 2), shardOf(1, 2)], 'cpu: expected shard 1/2 once, got a.json and b.json'],
    ['the whole twice', [whole('cpu'), whole('cpu')], 'cpu: expected all cases once, got a.json and b.json'],
  ])('refuses what is not alike: %s', (_, reports, reason) => {
    expect(() => mergeReports(reports, ['a.json', 'b.json'])).toThrow(reason);
  });

  it('says all that is not alike, and of which of many files', () => {
    const reports = [shardOf(1, 3), selected({ repair: false }, shardOf(2, 3)), { ...shardOf(3, 3), suite: '0.2.0' }];
    expect(() => mergeReports(reports, ['a', 'b', 'c'])).toThrow(
      'these reports do not merge:\n  suite: 0.1.0 in a, b; 0.2.0 in c\n  repairs: on in a, c; off in b',
    );
  });

  it('refuses two results of a case, whatever parts say', () => {
    const results = [
      resultOf(cases[0] as never, 'fail'),
      resultOf(cases[3] as never, 'pass'),
      resultOf(cases[5] as never, 'pass'),
    ];
    const liar = reportOfPart({ cases, shard: { index: 2, count: 2 } }, runOf('cpu', ...results));
    expect(() => mergeReports([shardOf(1, 2), liar], ['a', 'b'])).toThrow(
      '\n  cpu RegressionHead:law:mean:rows=1: pass in a; fail in b',
    );
  });

  it('refuses to make a report of none, or of something else', () => {
    expect(() => mergeReports([])).toThrow('no reports');
    expect(() => mergeReports([sample, { ...sample, format: 'tfjs-heads-conformance/1' as never }])).toThrow(
      'report 2 is no report of this suite: its format is "tfjs-heads-conformance/1", expected "tfjs-heads-conformance/3"',
    );
  });
});
