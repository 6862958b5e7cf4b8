import { isFailure, type CaseResult } from '@tfjs-heads/conformance-kit/host';
import type { BackendRun } from './format.js';

/** Failures that say the same but for numbers and names: of one cause, as far as can be told. */
export interface Cause {
  readonly key: string;
  /** The first of them. */
  readonly first: { readonly target: string; readonly result: CaseResult };
  readonly count: number;
  /** How many on which backend. */
  readonly targets: ReadonlyMap<string, number>;
  /** Of which subjects. */
  readonly subjects: ReadonlySet<string>;
  /** A few more of them. */
  readonly others: readonly string[];
}

/** So many more are named. */
const NAMED = 3;

/** More of a message tells no more. */
const COMPARED = 1000;

/** What failures of one cause have alike: how they failed, and their message without its numbers, values and the subject's name. */
export function causeOf({ status, subject, message = '' }: Pick<CaseResult, 'status' | 'subject' | 'message'>): string {
  const shape = message
    .slice(0, COMPARED)
    .replaceAll(subject, '<subject>')
    .replaceAll(/[-+]?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|Infinity|NaN)/g, '#')
    .replaceAll(/#(?:,\s*#)+/g, '#');
  return `${status} ${shape}`;
}

/** All failures, by their causes: those with most cases first. */
export function causesOf(runs: readonly Pick<BackendRun, 'target' | 'cases'>[]): readonly Cause[] {
  const causes = new Map<
    string,
    { -readonly [K in keyof Cause]: Cause[K] } & {
      targets: Map<string, number>;
      subjects: Set<string>;
      others: string[];
    }
  >();
  for (const { target, cases } of runs) {
    for (const result of cases) {
      if (!isFailure(result)) continue;
      const key = causeOf(result);
      let cause = causes.get(key);
      if (cause === undefined) {
        cause = { key, first: { target, result }, count: 0, targets: new Map(), subjects: new Set(), others: [] };
        causes.set(key, cause);
      } else if (cause.others.length < NAMED) cause.others.push(`${target} ${result.query}`);
      cause.count++;
      cause.targets.set(target, (cause.targets.get(target) ?? 0) + 1);
      cause.subjects.add(result.subject);
    }
  }
  return [...causes.values()].toSorted((a, b) => b.count - a.count);
}

/** `20 on cpu, 21 on wasm`. */
export function whereOf({ targets }: Cause): string {
  return [...targets].map(([target, count]) => `${count} on ${target}`).join(', ');
}
