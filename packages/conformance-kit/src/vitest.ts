/* oxlint-disable vitest/valid-title, vitest/expect-expect -- It makes tests, and is none. */
import { engine, setBackend } from '@tensorflow/tfjs-core';
import { describeBackend } from '@tfjs-heads/backends';
import { afterAll, assert, beforeAll, describe, it, type TestContext } from 'vitest';
import { type BackendRecord, startForSuite } from './backend.js';
import { type ConformanceCase, parseQueries, queryOf } from './case.js';
import { checkExpectations, type Expectation, loadExpectations } from './expectation.js';
import { suiteOf, type SuiteOptions } from './suite.js';
import { CASE_LIMIT, Patience } from './patience.js';
import { isFailure, reasonInFull, type CaseResult } from './result.js';
import { runCases } from './run.js';
import { TFJS, type Claims, type HeadFactory, type Subjects } from './subject.js';

// Without it, programs that compile against the declarations do not see what is declared next.
export type { TaskMeta } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** How a case of the conformance suite came out; `closest.used` is the share of the allowed error. */
    conformance?: CaseResult & { readonly backend: string };
  }
}

/** Which cases to run, and how. */
export interface RunSettings extends SuiteOptions {
  /** Default: the program's current backend; cpu where it has set none. It is repaired unless `repair` is false. */
  readonly backend?: string | undefined;
  /** Queries, such as `*:law`. Default: every case about what is described. */
  readonly filter?: string | readonly string[] | undefined;
  /** Default: true. Without it the backend is held to the cases as tfjs ships it. */
  readonly repair?: boolean | undefined;
  /** Divergences known to you, which come before the built-in ones of the backend. Default: none. */
  readonly expectations?: readonly Expectation[] | undefined;
}

/** What the head claims, and how to run it; `families` are checks of your own. */
export interface DescribeOptions extends Claims, RunSettings {
  /** The first part of the queries. Default: the name of the head's class. */
  readonly name?: string;
}

/** GPUs in software are slow to start. */
const START_LIMIT = 120_000; // ms

/**
 * Holds a head to the conformance suite, in a vitest file: one test a case, named by its query, in Node or in a browser.
 * A case that fails as an expectation says passes; one that passes in spite of it fails; one whose backend lacks what it
 * needs is skipped. Results are in `task.meta.conformance`.
 *
 * @example
 * describeConformance((options) => new MyHead(options), { labels: 'count', metrics: ['average_loss'] });
 * @throws Error from `describe` where no case matches the filter, and from `beforeAll` where the backend does not start
 */
export function describeConformance(factory: HeadFactory, options: DescribeOptions = {}): void {
  const { name = factory({}).constructor.name, backend, filter, repair, expectations, families, ...claims } = options;
  describeSubject(
    name,
    { [name]: { ...claims, create: factory } },
    { backend, filter, repair, expectations, families },
  );
}

/**
 * The same of the backend alone: the suite's cases about it, and those of families of your own whose checks are `about: 'backend'`.
 *
 * @example
 * describeBackendConformance({ families: { optimizers }, filter: 'tfjs:optimizers' });
 */
export function describeBackendConformance(settings: RunSettings = {}): void {
  describeSubject(TFJS, {}, settings);
}

function describeSubject(name: string, subjects: Subjects, settings: RunSettings): void {
  const { backend, filter = [], repair = true, expectations = [], families = {} } = settings;
  checkExpectations(expectations, 'describeConformance: expectations');
  const filters = [filter].flat();
  const isAsked = filters.length === 0 ? ({ subject }: ConformanceCase) => subject === name : parseQueries(filters);

  // One after another, whatever the configuration says: all of them use the engine of tfjs.
  describe(backend === undefined ? name : `${name} on ${backend}`, { concurrent: false }, async () => {
    const suite = await suiteOf(subjects, { families });
    const cases = suite.cases.filter(isAsked);
    if (cases.length === 0) throw new Error(`No case of ${name} matches ${filters.join(' or ')}.`);

    let record: BackendRecord;
    let known: readonly Expectation[];
    let before: string | undefined;
    const patience = new Patience(CASE_LIMIT);
    beforeAll(async () => {
      before = engine().backendName;
      const wanted = backend ?? (await currentBackend()) ?? 'cpu';
      const started = await startForSuite(wanted, { repair });
      if ('unavailable' in started) throw new Error(`The backend ${wanted} is unavailable: ${started.unavailable}`);
      ({ record } = started);
      known = [...expectations, ...(await loadExpectations(record.name))];
    }, START_LIMIT);
    afterAll(async () => {
      if (before) await setBackend(before);
    });

    for (const testCase of cases) {
      it(queryOf(testCase), { timeout: CASE_LIMIT + 5000 }, async (context) => {
        const results = runCases({ suite, cases: [testCase], backend: record, expectations: known, patience });
        const { value } = await results.next();
        report(value as CaseResult, record, context);
      });
    }
  });
}

/** What `startForSuite` calls it; undefined where the program has set none. */
async function currentBackend(): Promise<string | undefined> {
  if (!engine().backendName) return undefined;
  const { name, cuda } = await describeBackend();
  return cuda === true ? 'tensorflow-gpu' : name;
}

function report(result: CaseResult, { name }: BackendRecord, { task, skip }: TestContext): void {
  const { query, status, message = 'it failed' } = result;
  task.meta.conformance = { ...result, backend: name };
  if (status === 'skip') skip(message);
  if (isFailure(result)) assert.fail(`${query} on ${name}: ${reasonInFull({ ...result, message })}`);
}
