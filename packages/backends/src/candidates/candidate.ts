import type { Repair } from '../repairs/report.js';

/** A backend that may be had in this environment. */
export interface Candidate {
  /** The name to ask for and to be told. */
  readonly name: string;
  /** The name under which tfjs knows it. */
  readonly backendName: string;
  /** Why it cannot be had here, found out without loading it. */
  readonly unavailable?: () => string | undefined | Promise<string | undefined>;
  /** Loads it, so that it is registered; says why where it is not to be had. */
  readonly load: () => Promise<string | undefined>;
  readonly repairsBeforeStart: readonly Repair[];
  /** Why it must not be used although it has started. */
  readonly unfit?: () => string | undefined;
  readonly repairs: readonly Repair[];
}
