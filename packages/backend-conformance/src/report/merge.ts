import type { BackendRun, CaseResult, ConformanceReport } from '../result.js';
import { checkReport } from './check.js';
import { groupBy } from './group.js';
import { usedOf, worstFirst } from './summary.js';

/**
 * Joins the reports of several shards, backends or machines. Cases of the same target join by query; of a case that is in
 * several reports the worse result stays. Milliseconds add up, of a target and of all: what the machines took together, not
 * what passed by the clock where they ran side by side. It was begun when the first was.
 *
 * @throws Error where there is no report, or one of another format or of another version of the suite
 */
export function mergeReports(reports: readonly ConformanceReport[]): ConformanceReport {
  const [first] = reports.map((report, i) => checkReport(report, `Report ${i + 1}`));
  if (first === undefined) throw new Error('There are no reports to merge.');
  const other = reports.find(({ suite }) => suite !== first.suite);
  if (other !== undefined) throw new Error(`Reports of suite ${first.suite} and of suite ${other.suite} do not merge: their cases differ.`);
  const byTarget = groupBy(reports.flatMap(({ runs }) => runs), ({ target }) => target);
  return {
    format: first.format,
    suite: first.suite,
    created: reports.map(({ created }) => created).reduce((a, b) => (Date.parse(a) <= Date.parse(b) ? a : b)),
    milliseconds: sum(reports),
    runs: [...byTarget.values()].map((runs) => mergeRuns(runs as readonly [BackendRun, ...BackendRun[]])),
  };
}

/** Where one of them ran, that the others were unavailable is of no interest. */
function mergeRuns(runs: readonly [BackendRun, ...BackendRun[]]): BackendRun {
  const ran = runs.filter(({ unavailable }) => unavailable === undefined);
  if (ran.length === 0) return { ...runs[0], milliseconds: sum(runs) };
  const records = ran.flatMap(({ record }) => record ?? []);
  const places = [...new Set(records.map(({ runsOn }) => runsOn))].join(' | ');
  const byQuery = groupBy(ran.flatMap(({ cases }) => cases), ({ query }) => query);
  return {
    target: runs[0].target,
    ...(records[0] && { record: { ...records[0], runsOn: places } }),
    milliseconds: sum(runs),
    cases: [...byQuery.values()].map((results) => results.reduce(worse)),
  };
}

function worse(a: CaseResult, b: CaseResult): CaseResult {
  const [rankOfA, rankOfB] = [worstFirst.indexOf(a.status), worstFirst.indexOf(b.status)];
  if (rankOfA !== rankOfB) return rankOfA < rankOfB ? a : b;
  return (usedOf(a) ?? 0) >= (usedOf(b) ?? 0) ? a : b;
}

function sum(timed: readonly { readonly milliseconds: number }[]): number {
  return timed.reduce((total, { milliseconds }) => total + milliseconds, 0);
}
