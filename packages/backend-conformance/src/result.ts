import type { JsonNumber } from '@tfjs-heads/head-api';
import type { ConformanceCase } from './case.js';
import type { BackendRecord } from './backend/record.js';
import type { Place } from './place.js';
import type { Shard } from './shard.js';

/**
 * `xfail` failed as expected; `xpass` passed though it was expected to fail, which is a failure: the expectation must go.
 * `skip` was not run, since the backend lacks what it needs. Only `pass` counts as passed.
 */
export const statuses = ['pass', 'fail', 'xfail', 'xpass', 'skip'] as const;
export type Status = (typeof statuses)[number];

/** How one case came out. Plain JSON. */
export interface CaseResult extends ConformanceCase {
  readonly query: string;
  readonly status: Status;
  /** Why it failed or was skipped. */
  readonly message?: string;
  /** What the check demands, where it did not get it. */
  readonly states?: string;
  /** Where it was thrown, in a file of the user's; none where a check found it or no such file is on the stack. */
  readonly place?: Place;
  /** The known divergence that it was expected to fail for. */
  readonly expected?: { readonly reason: string; readonly upstream: string | null };
  /** The comparison that used most of the allowed error; none where no numbers were compared. */
  readonly closest?: {
    readonly what: string;
    readonly index: number;
    readonly actual: JsonNumber;
    readonly expected: JsonNumber;
    readonly used: JsonNumber;
  };
  readonly milliseconds: number;
}

/** Why a case failed, where in a file of the user's, and what its check demands, as text. */
export function reasonInFull({ message = '', place, states }: Pick<CaseResult, 'message' | 'place' | 'states'>): string {
  const lines = [message, ...(place === undefined ? [] : [`at ${placeText(place)}`]), ...(states === undefined ? [] : [`Demanded: ${states}`])];
  return lines.join('\n').trim();
}

/** `/home/me/my-head.js:12:7`. */
export function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

/** A pass that was not expected is a failure too. */
export function isFailure({ status }: Pick<CaseResult, 'status'>): boolean {
  return status === 'fail' || status === 'xpass';
}

/** All cases on one backend. */
export interface BackendRun {
  /** Where it ran and on what: `cpu`, `chromium:wasm`, ... */
  readonly target: string;
  /** Why nothing ran; then there are no cases. */
  readonly unavailable?: string;
  readonly record?: BackendRecord;
  readonly milliseconds: number;
  readonly cases: readonly CaseResult[];
}

/** The form of reports; the one before said nothing of what was asked for. */
export const FORMAT = 'tfjs-heads-conformance/2';

/** What was asked for: alike in all that merges. */
export interface Selection {
  /** Queries; none means all cases. */
  readonly filters: readonly string[];
  /** Whether backends were repaired. */
  readonly repair: boolean;
  /** The names of all heads that there were, whichever the filters left. */
  readonly subjects: readonly string[];
  /** Name and version of the package that the heads are from; null where that is not known, as in a page. */
  readonly project: string | null;
  /** How many cases that is on each backend, before they are dealt out to shards. */
  readonly total: number;
  /** A digest of their names (`digestOf`). */
  readonly names: string;
}

/** One run of the command or of the page: a whole report, or what was merged into one. */
export interface Part {
  /** When it was begun, as ISO 8601. */
  readonly created: string;
  readonly milliseconds: number;
  /** Which of the cases were asked for. Default: all. */
  readonly shard?: Shard | undefined;
  /** How many that is on each backend. */
  readonly asked: number;
  readonly targets: readonly PartTarget[];
}

/** What one part has of a backend. */
export interface PartTarget {
  readonly target: string;
  /** A digest of the expectations that it was held to. */
  readonly expectations: string;
  /** How many cases have a result. */
  readonly results: number;
  /** Why it did not start; then there are none. */
  readonly unavailable?: string;
  /** Why it ended before its time. */
  readonly stopped?: string;
}

/** What a run leaves behind. Plain JSON; several with different shards or backends merge into one. */
export interface ConformanceReport {
  readonly format: typeof FORMAT;
  /** The version of the suite. */
  readonly suite: string;
  /** When it was begun, as ISO 8601. */
  readonly created: string;
  /** By the clock, from the first backend's start to the last one's end. */
  readonly milliseconds: number;
  readonly selection: Selection;
  /** What it was merged from; one where it was not. */
  readonly parts: readonly Part[];
  /** What is missing of what was asked for, a sentence each: with any of them a report is no pass. */
  readonly problems: readonly string[];
  readonly runs: readonly BackendRun[];
}

/** How many came out how. */
export type Tally = Readonly<Record<Status | 'unavailable', number>>;

/** How many cases came out how; an unavailable backend counts once, as that. */
export function tallyOf(runs: readonly Pick<BackendRun, 'unavailable' | 'cases'>[]): Tally {
  const tally = { pass: 0, fail: 0, xfail: 0, xpass: 0, skip: 0, unavailable: 0 };
  for (const { unavailable, cases } of runs) {
    if (unavailable !== undefined) tally.unavailable++;
    for (const { status } of cases) tally[status]++;
  }
  return tally;
}

/** Whether a report is good: something passed, nothing failed, and nothing is missing of what was asked for. */
export function isGood({ runs, problems }: Pick<ConformanceReport, 'runs' | 'problems'>): boolean {
  const { pass, fail, xpass } = tallyOf(runs);
  return pass > 0 && fail === 0 && xpass === 0 && problems.length === 0;
}
