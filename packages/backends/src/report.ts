import type { RepairReport } from './repairs/report.js';
import type { SelfTestResult } from './self-test/self-test.js';

export interface CandidateReport {
  readonly name: string;
  /**
   * `unavailable`: not to be had here; `failed`: did not start; `rejected`: wrong answers; `unmeasurable`: the workload
   * failed on it; `ready`: right, while others are still tried; `slower`: right, and not the fastest; `given up`: so much
   * slower than one before it that it was measured no further, and its answers were not looked at; `not tried`: one before it
   * was taken.
   */
  readonly status:
    | 'chosen'
    | 'ready'
    | 'slower'
    | 'given up'
    | 'unmeasurable'
    | 'rejected'
    | 'failed'
    | 'unavailable'
    | 'not tried';
  /** Why it was not chosen. */
  readonly reason: string | undefined;
  readonly repairs: readonly RepairReport[];
  readonly selfTest: SelfTestResult | undefined;
  /** The median of one step of the workload. */
  readonly milliseconds: number | undefined;
}

/** The report of a candidate of which nothing is known but this. */
export function reportOf(name: string, status: CandidateReport['status'], reason: string | undefined): CandidateReport {
  return { name, status, reason, repairs: [], selfTest: undefined, milliseconds: undefined };
}

/** What `startBackend` is doing. */
export interface StartProgress {
  /** The candidate. */
  readonly name: string;
  /** `done`: with this candidate, which has a report now; its `ready` becomes `chosen` or `slower` at the end. */
  readonly phase: 'loading' | 'starting' | 'repairing' | 'measuring' | 'testing' | 'done';
  readonly report: CandidateReport | undefined;
  /** How many candidates are done, and how many there are. */
  readonly done: number;
  readonly count: number;
}
