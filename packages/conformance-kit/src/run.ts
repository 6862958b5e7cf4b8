import { engine, setBackend } from '@tensorflow/tfjs-core';
import { withoutCpuForwarding } from '@tfjs-heads/backends';
import { onReference, type BackendRecord } from './backend.js';
import { queryOf, type ConformanceCase } from './case.js';
import type { CheckContext } from './checks/check.js';
import { releaseTape } from './checks/outcome.js';
import { expectationOf, type Expectation } from './expectation.js';
import { jsonNumber } from './json.js';
import { Judge, type Closest } from './judge.js';
import { CASE_LIMIT, Patience } from './patience.js';
import { isFailure, type CaseResult } from './result.js';
import { checkOf, type Suite } from './suite.js';
import { faultOf, type Fault } from './thrown.js';

/** Runs something to its end, and fails it where something goes wrong outside of it meanwhile: an error that nothing caught. */
export type Guard = <T>(run: () => Promise<T>) => Promise<T>;

export const asItIs: Guard = (run) => run();

/** What to run, and on what. The backend is the current one. */
export interface RunOptions {
  readonly suite: Suite;
  readonly cases: readonly ConformanceCase[];
  readonly backend: BackendRecord;
  readonly expectations: readonly Expectation[];
  /** Milliseconds for one case. Default: 60,000; a GPU in software is slow. */
  readonly timeLimit?: number;
  /** Shared by several runs where each is of few cases. Default: one of its own. */
  readonly patience?: Patience;
  /** Runs each case. Default: as it is. */
  readonly guard?: Guard;
}

// Taken before a subject could put something else in its place.
const now = performance.now.bind(performance);

/**
 * Runs cases one after another on the current backend.
 *
 * @throws Error where a few in a row took too long: the others would, too
 */
export async function* runCases(options: RunOptions): AsyncGenerator<CaseResult> {
  const { suite, cases, backend, expectations, guard = asItIs } = options;
  const { patience = new Patience(options.timeLimit ?? CASE_LIMIT) } = options;
  for (const testCase of cases) {
    if (patience.isOver !== undefined) throw new Error(patience.isOver);
    const known = [...(suite.subjects.get(testCase.subject)?.expectedFailures ?? []), ...expectations];
    const expectation = expectationOf(testCase, known, backend.capabilities);
    yield await runCase(testCase, suite, backend, expectation, (run) => patience.within(() => guard(run)));
  }
}

async function runCase(
  testCase: ConformanceCase,
  suite: Suite,
  backend: BackendRecord,
  expectation: Expectation | undefined,
  guarded: (run: () => Promise<void>) => Promise<void>,
): Promise<CaseResult> {
  const query = queryOf(testCase);
  const { needs = [], run, states } = checkOf(suite, testCase);
  const lacking = needs.find((capability) => !backend.capabilities.includes(capability));
  if (lacking !== undefined) {
    return { ...testCase, query, status: 'skip', message: `${backend.name} lacks ${lacking}`, milliseconds: 0 };
  }
  const subject = suite.subjects.get(testCase.subject);
  if (subject === undefined) throw new Error(`There is no subject ${testCase.subject} for ${query}.`);
  const judge = new Judge(backend.unit);
  let isOver = false;
  const context: CheckContext = {
    subject,
    goldens: suite.goldens.get(testCase.subject),
    backend,
    judge,
    // A check that took too long goes on beside the next case, whose backend it must not change.
    onReference: async (compute) => (isOver ? Promise.reject(new Error('The case is over.')) : onReference(compute)),
  };
  const start = now();
  // Or small inputs would be computed in JavaScript.
  const fault = await withoutCpuForwarding(() => faultIn(() => guarded(async () => run(context, testCase.parameters))));
  isOver = true;
  const milliseconds = Math.round((now() - start) * 10) / 10;
  const passed = fault === undefined;
  const mustFail = expectation !== undefined && expectation.lacking === undefined;
  const status = passed ? (mustFail ? 'xpass' : 'pass') : expectation === undefined ? 'fail' : 'xfail';
  return {
    ...testCase,
    query,
    status,
    ...fault,
    ...(status === 'xpass' && { message: 'It passed, though it was expected to fail: remove the expectation.' }),
    ...(isFailure({ status }) && { states }),
    ...(expectation &&
      status !== 'pass' && { expected: { reason: expectation.reason, upstream: expectation.upstream } }),
    ...(judge.closest && { closest: toJson(judge.closest) }),
    milliseconds,
  };
}

/** Why it failed; undefined where it passed. Nothing that it made stays behind. */
async function faultIn(run: () => Promise<void>): Promise<Fault | undefined> {
  const { state, backendName } = engine();
  const before = new Set(Object.keys(state.registeredVariables));
  const { activeScope } = state;
  engine().startScope();
  try {
    await run();
    return undefined;
  } catch (error) {
    return await faultOf(error);
  } finally {
    // A subject that fails may leave scopes open, or a tape on.
    while (state.activeScope !== activeScope && state.scopeStack.length > 0) engine().endScope();
    releaseTape();
    for (const [name, variable] of Object.entries(state.registeredVariables)) if (!before.has(name)) variable.dispose();
    // A check that took too long may be on the reference still: the next case would be held against itself.
    if (engine().backendName !== backendName) await setBackend(backendName);
  }
}

function toJson(closest: Closest): NonNullable<CaseResult['closest']> {
  return {
    ...closest,
    actual: jsonNumber(closest.actual),
    expected: jsonNumber(closest.expected),
    used: jsonNumber(closest.used),
  };
}
