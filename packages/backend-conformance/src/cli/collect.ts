import { setTimeout as sleep } from 'node:timers/promises';
import type { BackendRecord } from '../backend/record.js';
import { queryOf, type ConformanceCase } from '../case.js';
import { reasonOf } from '../reason.js';
import type { BackendRun, CaseResult } from '../result.js';
import type { SessionMessage } from '../session.js';

/** A session in a process or a page, which is ended when the signal aborts. */
export type Session = (signal: AbortSignal) => AsyncGenerator<SessionMessage>;

export interface CollectOptions {
  /** What the session was asked to run. */
  readonly cases: readonly ConformanceCase[];
  /** Milliseconds without a message after which it counts as hung. */
  readonly silence: number;
  readonly interrupted: AbortSignal;
  readonly onMessage: (message: SessionMessage) => void;
}

/** Runs a session to its end. Where it dies or hangs, the cases that are left fail: none is ever lost. */
export async function collect(session: Session, { cases, silence, interrupted, onMessage }: CollectOptions): Promise<Omit<BackendRun, 'target'>> {
  const start = performance.now();
  const collected: { record?: BackendRecord; unavailable?: string; cases: CaseResult[] } = { cases: [] };
  const take = (message: SessionMessage): void => {
    onMessage(message);
    if (message.type === 'started') collected.record = message.record;
    if (message.type === 'unavailable') collected.unavailable = message.reason;
    if (message.type === 'result') collected.cases.push(message.result);
  };
  const over = new AbortController();
  const messages = session(AbortSignal.any([interrupted, over.signal]));
  let reason = 'the session ended before its time';
  try {
    for (let ended = false; !ended; ) {
      const { done, value } = await within(silence, messages.next());
      if (!done) take(value);
      ended = done === true || value.type === 'done' || value.type === 'unavailable';
    }
  } catch (error) {
    reason = reasonOf(error);
  }
  over.abort();
  await Promise.race([messages.return(undefined).catch(() => {}), sleep(10_000, undefined, { ref: false })]);
  if (collected.unavailable === undefined) {
    const [running, ...notRun] = lost(cases, collected.cases, reason);
    if (running !== undefined) take({ type: 'result', result: running });
    collected.cases.push(...notRun); // Announced by the one before: they may be hundreds.
  }
  return { ...collected, milliseconds: Math.round(performance.now() - start) };
}

/** Failures for the cases without a result. The first of them was running. */
function lost(cases: readonly ConformanceCase[], results: readonly CaseResult[], reason: string): CaseResult[] {
  const seen = new Set(results.map(({ query }) => query));
  const left = cases.map((one) => ({ ...one, query: queryOf(one) })).filter(({ query }) => !seen.has(query));
  const [first] = reason.split('\n');
  const others = left.length === 1 ? '' : `\n${left.length - 1} more were not run.`;
  const message = (i: number): string => (i === 0 ? `${reason}${others}` : `not run, since ${first}`);
  return left.map((one, i) => ({ ...one, status: 'fail', message: message(i), milliseconds: 0 }));
}

async function within<T>(milliseconds: number, next: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const tooLong = sleep(milliseconds, undefined, { signal: timer.signal }).then((): never => {
    throw new Error(`it said nothing for ${milliseconds / 1000} s`);
  });
  try {
    return await Promise.race([next, tooLong]);
  } finally {
    timer.abort();
  }
}
