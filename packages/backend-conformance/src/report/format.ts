import type { BackendRecord } from '@tfjs-heads/conformance-kit';
import type { EngineVersion } from '../engine.js';
import type { CaseResult, Shard } from '@tfjs-heads/conformance-kit/host';

/** All cases on one backend. */
export interface BackendRun {
  /** Where it ran and on what: `cpu`, `firefox:wasm`, ... */
  readonly target: string;
  /** Why nothing ran; then there are no cases. */
  readonly unavailable?: string;
  /** What it ran in, as that calls itself. */
  readonly engine?: EngineVersion;
  readonly record?: BackendRecord;
  readonly milliseconds: number;
  readonly cases: readonly CaseResult[];
}

/** The form of reports; the one before called what is under test `head`. */
export const FORMAT = 'tfjs-heads-conformance/3';

/** What was asked for: alike in all that merges. */
export interface Selection {
  /** Queries; none means all cases. */
  readonly filters: readonly string[];
  /** Whether backends were repaired. */
  readonly repair: boolean;
  /** The names of all subjects that there were, whichever the filters left. */
  readonly subjects: readonly string[];
  /** Name and version of the package that they are from; null where that is not known, as in a page. */
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
