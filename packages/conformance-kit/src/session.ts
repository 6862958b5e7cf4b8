import { type BackendRecord, startForSuite } from './backend.js';
import { type ConformanceCase, inShard, parseQueries, type Shard } from './case.js';
import type { Expectation } from './expectation.js';
import type { Suite } from './suite.js';
import { CASE_LIMIT } from './patience.js';
import type { CaseResult } from './result.js';
import { asItIs, runCases, type Guard } from './run.js';

/** What a process or a page is asked to run. Plain JSON. */
export interface SessionRequest {
  /** The backend to start. */
  readonly backend: string;
  /** Queries; none means all. */
  readonly filters: readonly string[];
  readonly shard?: Shard | undefined;
  readonly repair: boolean;
  readonly expectations: readonly Expectation[];
  /** Milliseconds for one case. Default: 60,000. */
  readonly caseLimit?: number;
}

/**
 * What a session says while it runs: `begins` where it begins something that may take it down; `started` or `unavailable`;
 * `result`s; `done`. `broken` where it cannot go on; `cases` where it was asked to list them. Plain JSON.
 */
export type SessionMessage =
  | { readonly type: 'begins'; readonly what: string }
  | { readonly type: 'unavailable'; readonly reason: string }
  | { readonly type: 'started'; readonly record: BackendRecord; readonly total: number }
  | { readonly type: 'result'; readonly result: CaseResult }
  | { readonly type: 'cases'; readonly cases: readonly ConformanceCase[] }
  | { readonly type: 'broken'; readonly reason: string }
  | { readonly type: 'done' };

/**
 * Starts a backend and runs the cases of a suite that are asked for on it. The same in Node and in a page.
 *
 * @example
 * for await (const message of runSession(await suiteOf(subjects), { backend: 'wasm', filters: ['*:law'], repair: true, expectations: [] })) ...
 *
 * @param guard Runs the start of the backend, and each case.
 * @throws Error where a few cases in a row take too long
 */
export async function* runSession(
  suite: Suite,
  request: SessionRequest,
  guard: Guard = asItIs,
): AsyncGenerator<SessionMessage> {
  const isAsked = parseQueries(request.filters);
  const cases = inShard(suite.cases.filter(isAsked), request.shard);
  yield { type: 'begins', what: `starts the backend ${request.backend}` };
  const started = await guard(() => startForSuite(request.backend, request));
  if ('unavailable' in started) {
    yield { type: 'unavailable', reason: started.unavailable };
    return;
  }
  const { record } = started;
  yield { type: 'started', record, total: cases.length };
  const { expectations, caseLimit: timeLimit = CASE_LIMIT } = request;
  for await (const result of runCases({ suite, cases, backend: record, expectations, timeLimit, guard }))
    yield { type: 'result', result };
  yield { type: 'done' };
}
