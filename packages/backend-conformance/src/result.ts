import type { JsonNumber } from '@tfjs-heads/head-api';
import type { ConformanceCase } from './case.js';
import type { BackendRecord } from './backend/record.js';

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

/** The only form of reports so far. */
export const FORMAT = 'tfjs-heads-conformance/1';

/** What a run leaves behind. Plain JSON; several with different shards or backends merge into one. */
export interface ConformanceReport {
  readonly format: typeof FORMAT;
  /** The version of the suite. */
  readonly suite: string;
  /** When it was begun, as ISO 8601. */
  readonly created: string;
  /** By the clock, from the first backend's start to the last one's end. */
  readonly milliseconds: number;
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

/** Whether a report is good: something passed and nothing failed. */
export function isGood(runs: readonly BackendRun[]): boolean {
  const { pass, fail, xpass } = tallyOf(runs);
  return pass > 0 && fail === 0 && xpass === 0;
}
