import type { Shard } from '@tfjs-heads/conformance-kit/host';
import { type BackendRun, type ConformanceReport, FORMAT, type Selection } from './format.js';
import { problemsOf } from './problems.js';

/** What one run of the command or of the page leaves behind. */
export interface OnePart {
  readonly suite: string;
  readonly created: string;
  readonly milliseconds: number;
  readonly selection: Selection;
  readonly shard?: Shard | undefined;
  /** How many cases were asked for, on each backend. */
  readonly asked: number;
  readonly runs: readonly BackendRun[];
  /** By target, a digest of the expectations that it was held to. */
  readonly expectations: ReadonlyMap<string, string>;
  /** Why it ended before its time, if it did. */
  readonly stopped?: string | undefined;
}

/** The report of one run, of which nothing is merged yet. */
export function reportOfOne({
  suite,
  created,
  milliseconds,
  selection,
  shard,
  asked,
  runs,
  expectations,
  stopped,
}: OnePart): ConformanceReport {
  const targets = runs.map(({ target, cases, unavailable }) => ({
    target,
    expectations: expectations.get(target) ?? '',
    results: cases.length,
    ...(unavailable !== undefined && { unavailable }),
    ...(stopped !== undefined && cases.length < asked && { stopped }),
  }));
  const parts = [{ created, milliseconds, ...(shard && { shard }), asked, targets }];
  return {
    format: FORMAT,
    suite,
    created,
    milliseconds,
    selection,
    parts,
    problems: problemsOf({ selection, parts, runs }),
    runs,
  };
}
