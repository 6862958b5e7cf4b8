import { startForSuite } from './backend/start.js';
import type { BackendRecord } from './backend/record.js';
import type { Expectation } from './expectation.js';
import { suiteOf } from './families.js';
import { parseQueries } from './query.js';
import type { CaseResult } from './result.js';
import { runCases } from './run.js';
import { inShard, type Shard } from './shard.js';
import type { Subjects } from './subject.js';

/** What a process or a page is asked to run. Plain JSON. */
export interface SessionRequest {
  /** The backend to start. */
  readonly backend: string;
  /** Queries; none means all. */
  readonly filters: readonly string[];
  readonly shard?: Shard | undefined;
  readonly repair: boolean;
  readonly expectations: readonly Expectation[];
}

/** What a session says while it runs, in this order: `started` or `unavailable`; `result`s; `done`. Plain JSON. */
export type SessionMessage =
  | { readonly type: 'unavailable'; readonly reason: string }
  | { readonly type: 'started'; readonly record: BackendRecord; readonly total: number }
  | { readonly type: 'result'; readonly result: CaseResult }
  | { readonly type: 'done' };

/** Starts a backend and runs the cases that are asked for on it. The same in Node and in a page. */
export async function* runSession(subjects: Subjects, request: SessionRequest): AsyncGenerator<SessionMessage> {
  const suite = await suiteOf(subjects);
  const isAsked = parseQueries(request.filters);
  const cases = inShard(suite.cases.filter(isAsked), request.shard);
  const started = await startForSuite(request.backend, request);
  if ('unavailable' in started) {
    yield { type: 'unavailable', reason: started.unavailable };
    return;
  }
  const { record } = started;
  yield { type: 'started', record, total: cases.length };
  for await (const result of runCases({ suite, cases, backend: record, expectations: request.expectations })) yield { type: 'result', result };
  yield { type: 'done' };
}
