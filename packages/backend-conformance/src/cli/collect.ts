import { setTimeout as sleep } from 'node:timers/promises';
import type { BackendRecord } from '@tfjs-heads/conformance-kit';
import { type CaseResult, type ConformanceCase, queryOf, reasonOf } from '@tfjs-heads/conformance-kit/host';
import type { EngineVersion, HomeMessage } from '../engine.js';
import type { BackendRun } from '../report/format.js';
import { watched } from './watched.js';

/** A session in a process or a page, which is ended when the signal aborts. */
export type Session = (signal: AbortSignal) => AsyncGenerator<HomeMessage>;

export interface CollectOptions {
  /** What the session was asked to run. */
  readonly cases: readonly ConformanceCase[];
  /** Milliseconds without a message after which it counts as hung. */
  readonly silence: number;
  readonly interrupted: AbortSignal;
  /** Ends it before its time; the cases that are left are not run, then, and have no results. */
  readonly stopped: AbortSignal;
  readonly onMessage: (message: HomeMessage) => void;
}

/**
 * Runs a session to its end. Where it dies or hangs, the cases that are left fail: none is ever lost. Only results of cases that
 * were asked for are taken, each in its turn and once.
 */
export async function collect(
  session: Session,
  { cases, silence, interrupted, stopped, onMessage }: CollectOptions,
): Promise<Omit<BackendRun, 'target'>> {
  const start = performance.now();
  const collected: { engine?: EngineVersion; record?: BackendRecord; unavailable?: string; cases: CaseResult[] } = {
    cases: [],
  };
  const add = (result: CaseResult): void => {
    collected.cases.push(result);
    onMessage({ type: 'result', result });
  };
  const take = (message: HomeMessage): void => {
    if (message.type === 'result') return add(asAsked(message.result, cases[collected.cases.length]));
    onMessage(message);
    if (message.type === 'engine') collected.engine = { name: message.name, version: message.version };
    if (message.type === 'started') collected.record = message.record;
    if (message.type === 'unavailable') collected.unavailable = message.reason;
  };
  const over = new AbortController();
  const messages = session(AbortSignal.any([interrupted, stopped, over.signal]));
  let reason: string | undefined;
  try {
    for await (const message of watched(messages, silence)) {
      take(message);
      if (stopped.aborted) break;
    }
  } catch (error) {
    reason = reasonOf(error);
  }
  over.abort();
  await Promise.race([messages.return(undefined).catch(() => {}), sleep(10_000, undefined, { ref: false })]);
  if (collected.unavailable === undefined && !stopped.aborted) {
    const left = cases.slice(collected.cases.length);
    const [running, ...notRun] = lost(left, reason ?? 'the session ended before its time');
    // Nothing is left to fail, so the last one does: it was not over.
    const last = reason !== undefined && running === undefined ? collected.cases.pop() : undefined;
    if (last !== undefined) add({ ...last, status: 'fail', message: `${reason}` });
    if (running !== undefined) add(running);
    collected.cases.push(...notRun); // Announced by the one before: they may be hundreds.
  }
  return { ...collected, milliseconds: Math.round(performance.now() - start) };
}

/** What stands in a result of its case is known already. */
function asAsked(result: CaseResult, testCase: ConformanceCase | undefined): CaseResult {
  const query = testCase === undefined ? undefined : queryOf(testCase);
  if (testCase === undefined || result.query !== query) {
    throw new Error(
      `a result of ${result.query} came, where ${query ?? 'none'} was to come, so that no result can be believed`,
    );
  }
  return { ...result, ...testCase, query: result.query };
}

/** Failures for the cases without a result. The first of them was running. */
function lost(left: readonly ConformanceCase[], reason: string): CaseResult[] {
  const [first] = reason.split('\n');
  const others = left.length === 1 ? '' : `\n${left.length - 1} more were not run.`;
  const message = (i: number): string => (i === 0 ? `${reason}${others}` : `not run, since ${first}`);
  return left.map((testCase, i) => ({
    ...testCase,
    query: queryOf(testCase),
    status: 'fail',
    message: message(i),
    milliseconds: 0,
  }));
}
