import { type CaseResult, type Status, type Tally, tallyOf } from '@tfjs-heads/conformance-kit/host';
import type { EngineVersion } from '../engine.js';
import { formatEngine } from './engines.js';
import type { ConformanceReport } from './format.js';
import { groupBy } from './group.js';
import type { LeftOut, ListedReport, ListedRun } from './listed.js';
import { sharesUsed, worstFirst } from './shares.js';
import { browserOf } from './user-agent.js';

/** How the cases of one subject on one backend came out. */
export interface Cell {
  readonly counts: Tally;
  /** The worst status: see `worstFirst`. Undefined where there are no cases. */
  readonly status: Status | undefined;
  /** The largest of `sharesUsed`; undefined where there are none. */
  readonly worst: number | undefined;
}

/** The names of all subjects, in the order in which they come. */
export function subjectsOf({ runs }: Pick<ListedReport, 'runs'>): readonly string[] {
  const subjects = new Set<string>();
  for (const { cases, leftOut } of runs) {
    for (const { subject } of cases) subjects.add(subject);
    for (const { subject } of leftOut?.cells ?? []) subjects.add(subject);
  }
  return [...subjects];
}

/** The counts of a report as a page has it, with what it does not list. */
export function countsOf(runs: readonly ListedRun[]): Tally {
  const cells = runs.flatMap(({ leftOut }) => leftOut?.cells ?? []);
  return cells.map(({ counts }) => counts).reduce(addTallies, tallyOf(runs));
}

/** How many results a run has, listed or not. */
export function resultsOf({ cases, leftOut }: ListedRun): number {
  return cases.length + (leftOut?.count ?? 0);
}

/** The cells of one backend by subject. */
export function cellsOf({ cases, leftOut }: ListedRun): ReadonlyMap<string, Cell> {
  const others = new Map(leftOut?.cells.map((cell) => [cell.subject, cell]));
  const bySubject = groupBy(cases, ({ subject }) => subject);
  return new Map(
    [...new Set([...bySubject.keys(), ...others.keys()])].map((subject) => [
      subject,
      cellOf(bySubject.get(subject) ?? [], others.get(subject)),
    ]),
  );
}

/** Sums up the cases of one subject on one backend. */
function cellOf(cases: readonly CaseResult[], others: LeftOut['cells'][number] | undefined): Cell {
  const listed = tallyOf([{ cases }]);
  const counts = others === undefined ? listed : addTallies(listed, others.counts);
  const used = [...sharesUsed(cases), ...(others?.worst === undefined ? [] : [others.worst])];
  return {
    counts,
    status: worstFirst.find((status) => counts[status] > 0 && (status !== 'skip' || counts.pass === 0)),
    worst: used.length > 0 ? used.reduce((a, b) => Math.max(a, b)) : undefined,
  };
}

function addTallies(a: Tally, b: Tally): Tally {
  return Object.fromEntries(
    Object.entries(a).map(([status, count]) => [status, count + b[status as keyof Tally]]),
  ) as Tally;
}

/** A share of the allowed error in at most five characters. */
export function formatUsed(used: number): string {
  if (used === 0) return '0';
  if (used < 0.005) return '<0.01';
  if (used > 999) return '>999';
  return used.toPrecision(used < 0.1 ? 1 : used < 10 ? 2 : 3);
}

/** A time for people: `2.3 ms`, `1.5 s`, `1 min 12 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000)
    return `${milliseconds < 9.95 ? Math.round(milliseconds * 10) / 10 : Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** A rounding unit as the power of two that it is. */
export function formatUnit(unit: number): string {
  const exponent = Math.log2(unit);
  return Number.isInteger(exponent) ? `2^${exponent}` : unit.toPrecision(3);
}

/** Where it ran, with a browser by its name and version only instead of all that it says of itself. */
export function formatPlace(runsOn: string, engine?: EngineVersion): string {
  return runsOn.replace(/Mozilla\/5\.0 .*/, (agent) => {
    if (engine !== undefined) return formatEngine(engine);
    const browser = browserOf(agent);
    return browser === undefined ? agent : `${browser.name} ${browser.version}`;
  });
}

/** A known divergence with the cases that it made fail. */
export interface Divergence {
  readonly reason: string;
  readonly upstream: string | null;
  /** How many cases on which backend. */
  readonly counts: ReadonlyMap<string, number>;
}

/** The known divergences that were met, by reason. */
export function divergencesOf({ runs }: Pick<ConformanceReport, 'runs'>): readonly Divergence[] {
  const found = new Map<string, { reason: string; upstream: string | null; counts: Map<string, number> }>();
  for (const { target, cases } of runs) {
    for (const { status, expected } of cases) {
      if (status !== 'xfail' || expected === undefined) continue;
      const key = JSON.stringify(expected);
      const divergence = found.get(key) ?? { ...expected, counts: new Map<string, number>() };
      divergence.counts.set(target, (divergence.counts.get(target) ?? 0) + 1);
      found.set(key, divergence);
    }
  }
  return [...found.values()];
}
