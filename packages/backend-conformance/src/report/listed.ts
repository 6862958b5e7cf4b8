import { type CaseResult, type Status, statuses, type Tally, tallyOf } from '@tfjs-heads/conformance-kit/host';
import type { BackendRun, ConformanceReport } from './format.js';
import { groupBy } from './group.js';
import { histogramOf, medianOf, usedOf, worstFirst } from './shares.js';

/** What a page counts of a backend's results and does not list. */
export interface LeftOut {
  readonly count: number;
  readonly cells: readonly { readonly subject: string; readonly counts: Tally; readonly worst?: number | undefined }[];
  /** Of their shares of the allowed error. */
  readonly histogram: readonly number[];
  /** The median share of all results of the backend. */
  readonly median?: number | undefined;
}

/** A run as a page has it. */
export interface ListedRun extends BackendRun {
  readonly leftOut?: LeftOut;
}

/** A report as a page has it. */
export interface ListedReport extends Omit<ConformanceReport, 'runs'> {
  readonly runs: readonly ListedRun[];
}

/** A browser opens a page of so many results within seconds. */
const MOST_LISTED = 100_000;

/** The results that a page lists: all of them, or the worst where there are more than it can hold, while the others are counted. */
export function listed(report: ConformanceReport, most: number = MOST_LISTED): ListedReport {
  const total = report.runs.reduce((sum, { cases }) => sum + cases.length, 0);
  if (total <= most) return report;
  const tally = tallyOf(report.runs);
  let room = most;
  const shares = new Map<Status, number>();
  for (const status of worstFirst) {
    const share = tally[status] === 0 ? 0 : Math.min(1, room / tally[status]);
    shares.set(status, share);
    room -= Math.floor(share * tally[status]);
  }
  return { ...report, runs: report.runs.map((run) => listedRun(run, shares)) };
}

/** Of each status the same share on every backend, so that none is left out altogether. */
function listedRun(run: BackendRun, shares: ReadonlyMap<Status, number>): ListedRun {
  const counts = tallyOf([run]);
  const room = new Map(statuses.map((status) => [status, Math.floor(counts[status] * (shares.get(status) ?? 0))]));
  const [cases, others]: [CaseResult[], CaseResult[]] = [[], []];
  for (const result of run.cases) {
    const left = room.get(result.status) ?? 0;
    room.set(result.status, left - 1);
    (left > 0 ? cases : others).push(result);
  }
  const cells = [...groupBy(others, ({ subject }) => subject)].map(([subject, results]) => ({
    subject,
    counts: tallyOf([{ cases: results }]),
    worst: worstOf(results),
  }));
  return {
    ...run,
    cases,
    leftOut: { count: others.length, cells, histogram: histogramOf(others), median: medianOf(run.cases) },
  };
}

function worstOf(cases: readonly CaseResult[]): number | undefined {
  return cases.reduce<number | undefined>((worst, result) => {
    const used = result.status === 'xfail' ? undefined : usedOf(result);
    return used === undefined || (worst !== undefined && used <= worst) ? worst : used;
  }, undefined);
}
