import { engine, setBackend } from '@tensorflow/tfjs-core';
import { withoutCpuForwarding } from '@tfjs-heads/backends';
import { onReference } from './backend/reference.js';
import type { BackendRecord } from './backend/record.js';
import { queryOf, type ConformanceCase } from './case.js';
import type { CheckContext } from './checks/check.js';
import { expectationOf, type Expectation } from './expectation.js';
import { checkOf, type Suite } from './families.js';
import { jsonNumber } from './json-number.js';
import { Failure, Judge, type Closest } from './judge.js';
import type { CaseResult } from './result.js';
import { releaseTape } from './tape.js';
import { reasonWithPlace } from './thrown.js';

/** What to run, and on what. The backend is the current one. */
export interface RunOptions {
  readonly suite: Suite;
  readonly cases: readonly ConformanceCase[];
  readonly backend: BackendRecord;
  readonly expectations: readonly Expectation[];
  /** Milliseconds for one case. Default: 60,000; a GPU in software is slow. */
  readonly timeLimit?: number;
}

/** Runs cases one after another on the current backend. */
export async function* runCases({ suite, cases, backend, expectations, timeLimit = 60_000 }: RunOptions): AsyncGenerator<CaseResult> {
  for (const one of cases) yield await runCase(one, suite, backend, expectationOf(one, expectations, backend.capabilities), timeLimit);
}

async function runCase(
  one: ConformanceCase,
  { subjects, goldens }: Suite,
  backend: BackendRecord,
  expectation: Expectation | undefined,
  timeLimit: number,
): Promise<CaseResult> {
  const query = queryOf(one);
  const { needs = [], run } = checkOf(one);
  const lacking = needs.find((capability) => !backend.capabilities.includes(capability));
  if (lacking !== undefined) {
    return { ...one, query, status: 'skip', message: `${backend.name} lacks ${lacking}`, milliseconds: 0 };
  }
  const subject = subjects.get(one.head);
  if (subject === undefined) throw new Error(`There is no head ${one.head} for ${query}.`);
  const judge = new Judge(backend.unit);
  let isOver = false;
  const context: CheckContext = {
    subject,
    goldens: goldens.get(one.head),
    backend,
    judge,
    // A check that took too long goes on beside the next case, whose backend it must not change.
    onReference: async (compute) => (isOver ? Promise.reject(new Error('The case is over.')) : onReference(compute)),
  };
  const start = performance.now();
  // Or small inputs would be computed in JavaScript.
  const message = await withoutCpuForwarding(() => failureOf(async () => run(context, one.parameters), timeLimit));
  isOver = true;
  const milliseconds = Math.round((performance.now() - start) * 10) / 10;
  const passed = message === undefined;
  const mustFail = expectation !== undefined && expectation.lacking === undefined;
  const status = passed ? (mustFail ? 'xpass' : 'pass') : expectation === undefined ? 'fail' : 'xfail';
  return {
    ...one,
    query,
    status,
    ...(!passed && { message }),
    ...(status === 'xpass' && { message: 'It passed, though it was expected to fail: remove the expectation.' }),
    ...(expectation && status !== 'pass' && { expected: { reason: expectation.reason, upstream: expectation.upstream } }),
    ...(judge.closest && { closest: toJson(judge.closest) }),
    milliseconds,
  };
}

/** Why it failed; undefined where it passed. Nothing that it made stays behind. */
async function failureOf(run: () => Promise<void>, timeLimit: number): Promise<string | undefined> {
  const { state, backendName } = engine();
  const before = new Set(Object.keys(state.registeredVariables));
  const { activeScope } = state;
  engine().startScope();
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Failure(`It took longer than ${timeLimit / 1000} s.`)), timeLimit);
    });
    await Promise.race([run(), tooLate]);
    return undefined;
  } catch (error) {
    return reasonWithPlace(error);
  } finally {
    clearTimeout(timer);
    // A head that fails may leave scopes open, or a tape on.
    while (state.activeScope !== activeScope && state.scopeStack.length > 0) engine().endScope();
    releaseTape();
    for (const [name, variable] of Object.entries(state.registeredVariables)) if (!before.has(name)) variable.dispose();
    // A check that took too long may be on the reference still: the next case would be held against itself.
    if (engine().backendName !== backendName) await setBackend(backendName);
  }
}

function toJson(closest: Closest): NonNullable<CaseResult['closest']> {
  return { ...closest, actual: jsonNumber(closest.actual), expected: jsonNumber(closest.expected), used: jsonNumber(closest.used) };
}
