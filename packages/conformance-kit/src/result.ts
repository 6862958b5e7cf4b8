import type { JsonNumber } from '@tfjs-heads/head-api';
import type { ConformanceCase } from './case.js';
import type { Place } from './place.js';

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
export function reasonInFull({
  message = '',
  place,
  states,
}: Pick<CaseResult, 'message' | 'place' | 'states'>): string {
  const lines = [
    message,
    ...(place === undefined ? [] : [`at ${placeText(place)}`]),
    ...(states === undefined ? [] : [`Demanded: ${states}`]),
  ];
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

/** How the cases of a backend came out, or why there are none. */
interface Outcomes {
  readonly unavailable?: string;
  readonly cases: readonly Pick<CaseResult, 'status'>[];
}

/** How many came out how. */
export type Tally = Readonly<Record<Status | 'unavailable', number>>;

/** How many cases came out how; an unavailable backend counts once, as that. */
export function tallyOf(runs: readonly Outcomes[]): Tally {
  const tally = { pass: 0, fail: 0, xfail: 0, xpass: 0, skip: 0, unavailable: 0 };
  for (const { unavailable, cases } of runs) {
    if (unavailable !== undefined) tally.unavailable++;
    for (const { status } of cases) tally[status]++;
  }
  return tally;
}

/** Whether a report is good: something passed, nothing failed, and nothing is missing of what was asked for. */
export function isGood({
  runs,
  problems,
}: {
  readonly runs: readonly Outcomes[];
  readonly problems: readonly string[];
}): boolean {
  const { pass, fail, xpass } = tallyOf(runs);
  return pass > 0 && fail === 0 && xpass === 0 && problems.length === 0;
}
