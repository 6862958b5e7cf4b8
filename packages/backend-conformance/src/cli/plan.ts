import type { ConformanceCase } from '../case.js';
import { idleExpectations } from '../expectation.js';
import { loadExpectations } from '../expectations/load.js';
import { suiteOf } from '../families.js';
import type { Modules } from '../modules.js';
import { parseQueries } from '../query.js';
import type { Selection } from '../result.js';
import { selectionOf } from '../selection.js';
import type { SessionRequest } from '../session.js';
import { inShard } from '../shard.js';
import { expectationsFor, readExpectations } from './expectations.js';
import { findModules, loadSubjects } from './modules.js';
import { projectOf } from './project.js';
import type { RunCommandOptions } from './run-options.js';
import { parseTargets, type Target } from './target.js';
import { orUsageError, UsageError } from './usage-error.js';

/** What is to be run, and where. */
export interface Plan {
  readonly modules: Modules;
  /** Of each target, in the order in which they run. */
  readonly cases: readonly ConformanceCase[];
  readonly targets: readonly (Target & { readonly request: SessionRequest })[];
  /** What the report says of all this. */
  readonly selection: Selection;
  /** The names of targets that must have run. */
  readonly required: readonly string[];
}

/**
 * Makes a plan of what was asked for.
 *
 * @throws UsageError where that makes no sense
 */
export async function planFor(module: string | undefined, options: RunCommandOptions): Promise<Plan> {
  const { filter: filters = [], shard, repairs: repair, register = [] } = options;
  const modules = findModules(module, register);
  const targets = parseTargets(options.backend, '--backend', register.length > 0);
  const required = parseTargets(options.require ?? [], '--require', register.length > 0).map(({ name }) => name);
  const files = await readExpectations(options.expectations ?? []);
  const subjects = await loadSubjects(modules);
  const suite = await orUsageError(() => suiteOf(subjects), (reason) => `module: ${modules.subjects}: ${reason}`);
  const asked = suite.cases.filter(parseQueries(filters));
  if (asked.length === 0) {
    const expected = `a query that matches some of ${suite.cases.length} cases (--list prints them)`;
    throw new UsageError(`--filter: expected ${expected}, but ${filters.join(' ')} came.`);
  }
  const cases = inShard(asked, shard);
  if (cases.length === 0) {
    throw new UsageError(`--shard: expected at most ${asked.length} parts of ${asked.length} cases, but ${shard?.count} came.`);
  }
  const idle = idleExpectations(files.flatMap(({ expectations }) => expectations), suite.cases);
  if (idle[0] !== undefined) throw new UsageError(`--expectations: expected queries of cases that there are, but ${idle[0].query} matches none.`);
  const withRequests = targets.map(async (target) => {
    const expectations = [...expectationsFor(target.backend, files), ...(await loadExpectations(target.backend))];
    return { ...target, request: { backend: target.backend, filters, shard, repair, expectations } };
  });
  const project = projectOf(modules.subjects);
  const selection = selectionOf(asked, { filters, repair, subjects: Object.keys(subjects), project });
  return { modules, cases, targets: await Promise.all(withRequests), selection, required };
}
