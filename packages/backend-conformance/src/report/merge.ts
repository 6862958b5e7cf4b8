import type { CaseResult } from '@tfjs-heads/conformance-kit/host';
import type { BackendRun, ConformanceReport } from './format.js';
import { checkReport } from './check.js';
import { joinEngines, SEVERAL } from './engines.js';
import { groupBy } from './group.js';
import { problemsOf } from './problems.js';
import { unlike, type Named } from './unlike.js';

/**
 * Joins the reports of several shards, backends or machines, merged ones among them. What is missing then is in the report's
 * `problems`. Milliseconds add up, of a target and of all: what the machines took together, not what passed by the clock where
 * they ran side by side. It was begun when the first was.
 *
 * @param from Where each is from, for messages.
 * @throws Error where there is no report, or what they say does not go together: everything that does not, in lines
 */
export function mergeReports(reports: readonly ConformanceReport[], from: readonly string[] = []): ConformanceReport {
  return joinReports(
    reports.map((report, i): Named => {
      const name = from[i] ?? `report ${i + 1}`;
      return { report: checkReport(report, name), from: name };
    }),
  );
}

/** The same of reports that were checked when they were read. */
export function joinReports(named: readonly Named[]): ConformanceReport {
  const [first] = named;
  if (first === undefined) throw new Error('There are no reports to merge.');
  const wrong = unlike(named);
  if (wrong.length > 0)
    throw new Error(`these reports do not merge:\n${wrong.map((reason) => `  ${reason}`).join('\n')}`);
  const reports = named.map(({ report }) => report);
  const byTarget = groupBy(
    named.flatMap(({ report, from }) => report.runs.map((run) => ({ run, from }))),
    ({ run }) => run.target,
  );
  const { format, suite, selection } = first.report;
  const joined = {
    format,
    suite,
    created: reports.map(({ created }) => created).reduce((a, b) => (Date.parse(a) <= Date.parse(b) ? a : b)),
    milliseconds: sum(reports),
    selection: {
      ...selection,
      project: reports.map((report) => report.selection.project).find((project) => project !== null) ?? null,
    },
    parts: reports.flatMap(({ parts }) => parts),
    runs: [...byTarget.values()].map((runs) => joinRuns(runs as readonly [NamedRun, ...NamedRun[]])),
  };
  return { ...joined, problems: problemsOf(joined) };
}

interface NamedRun {
  readonly run: BackendRun;
  readonly from: string;
}

/** Where one of them ran, that the others were unavailable is of no interest. */
function joinRuns(named: readonly [NamedRun, ...NamedRun[]]): BackendRun {
  const runs = named.map(({ run }) => run);
  const ran = runs.filter(({ unavailable }) => unavailable === undefined);
  if (ran.length === 0) return { ...named[0].run, milliseconds: sum(runs) };
  const records = ran.flatMap(({ record }) => record ?? []);
  const engine = joinEngines(ran.flatMap((run) => run.engine ?? []));
  const places = [...new Set(records.flatMap(({ runsOn }) => runsOn.split(SEVERAL)))].join(SEVERAL);
  return {
    target: named[0].run.target,
    ...(engine && { engine }),
    ...(records[0] && { record: { ...records[0], runsOn: places } }),
    milliseconds: sum(runs),
    cases: ran.length === 1 ? (ran[0] as BackendRun).cases : joinCases(named),
  };
}

/** So many conflicts are told. */
const TOLD = 20;

function joinCases(named: readonly NamedRun[]): CaseResult[] {
  const seen = new Map<string, CaseResult>();
  const conflicts: string[] = [];
  for (const { run, from } of named) {
    for (const result of run.cases) {
      const other = seen.get(result.query);
      if (other === undefined) seen.set(result.query, result);
      else
        conflicts.push(
          `  ${run.target} ${result.query}: ${other.status} in ${placeOf(other, named)}; ${result.status} in ${from}`,
        );
    }
  }
  if (conflicts.length === 0) return [...seen.values()];
  const more = conflicts.length > TOLD ? [`  and ${conflicts.length - TOLD} more`] : [];
  throw new Error(
    `these reports do not merge, since cases have two results:\n${[...conflicts.slice(0, TOLD), ...more].join('\n')}`,
  );
}

function placeOf(result: CaseResult, named: readonly NamedRun[]): string | undefined {
  return named.find(({ run }) => run.cases.includes(result))?.from;
}

function sum(timed: readonly { readonly milliseconds: number }[]): number {
  return timed.reduce((total, { milliseconds }) => total + milliseconds, 0);
}
