import { type CaseResult, type ConformanceCase, queryOf } from '@tfjs-heads/conformance-kit/host';
import type { ListedReport, ListedRun } from './listed.js';

type Result = Omit<CaseResult, keyof ConformanceCase | 'query'>;

/** A report in which a case that ran on many backends is described once: a result has its index in front. */
export interface CompactReport extends Omit<ListedReport, 'runs'> {
  readonly cases: readonly ConformanceCase[];
  readonly runs: readonly (Omit<ListedRun, 'cases'> & { readonly results: readonly (readonly [number, Result])[] })[];
}

/** {@link expand} makes the same report of it again. */
export function compact(report: ListedReport): CompactReport {
  const indices = new Map<string, number>();
  const cases: ConformanceCase[] = [];
  const runs = report.runs.map(({ cases: results, ...run }) => ({
    ...run,
    results: results.map(({ query, subject, family, check, parameters, ...result }): [number, Result] => {
      const index = indices.get(query) ?? cases.push({ subject, family, check, parameters }) - 1;
      indices.set(query, index);
      return [index, result];
    }),
  }));
  return { ...report, cases, runs };
}

export function expand({ cases, ...report }: CompactReport): ListedReport {
  const runs = report.runs.map(({ results, ...run }) => ({
    ...run,
    cases: results.map(([index, result]): CaseResult => {
      const testCase = cases[index] as ConformanceCase;
      return { ...testCase, query: queryOf(testCase), ...result };
    }),
  }));
  return { ...report, runs };
}
