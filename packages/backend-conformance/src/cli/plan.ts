import {
  type ConformanceCase,
  idleExpectations,
  inShard,
  loadExpectations,
  parseQueries,
  TFJS,
} from '@tfjs-heads/conformance-kit/host';
import type { Selection } from '../report/format.js';
import type { Modules } from '../modules.js';
import { selectionOf } from '../selection.js';
import type { SessionRequest } from '@tfjs-heads/conformance-kit';
import { expectationsFor, readExpectations } from './expectations.js';
import { findModules, listCases, type Listing } from './modules.js';
import { projectOf } from './project.js';
import type { RunCommandOptions } from './run-options.js';
import { parseTargets, slowFirst, type Target } from './target.js';
import { UsageError } from './usage-error.js';

/** What is to be run, and where. */
export interface Plan {
  readonly modules: Modules;
  /** Of each target, in the order in which they run. */
  readonly cases: readonly ConformanceCase[];
  readonly targets: readonly (Target & {
    readonly request: SessionRequest;
    /** Where the process that listed the cases goes on with it. */
    readonly begun?: Listing['session'];
  })[];
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
export async function planFor(
  module: string | undefined,
  options: RunCommandOptions,
  interrupted: AbortSignal,
): Promise<Plan> {
  const { filter: filters = [], shard, repairs: repair, register = [] } = options;
  const modules = findModules(module, register);
  const targets = parseTargets(options.backend, '--backend', register.length > 0);
  const required = parseTargets(options.require ?? [], '--require', register.length > 0).map(({ name }) => name);
  const files = await readExpectations(options.expectations ?? []);
  const requests = await Promise.all(
    targets.map(async ({ backend }): Promise<SessionRequest> => {
      const expectations = [...expectationsFor(backend, files), ...(await loadExpectations(backend))];
      return { backend, filters, shard, repair, expectations, caseLimit: options.caseTimeout * 1000 };
    }),
  );
  // It waits for nobody: what begins later has a process of its own, which does not stand about till then.
  const first = slowFirst(targets)
    .slice(0, options.jobs)
    .find(({ engine }) => engine === 'node' && register.length === 0 && options.list !== true);
  const { cases: listed, session: begun } = await listCases(
    modules,
    options.silence * 1000,
    interrupted,
    first && requests[targets.indexOf(first)],
  );
  const asked = listed.filter(parseQueries(filters));
  if (asked.length === 0) {
    const expected = `a query that matches some of ${listed.length} cases (--list prints them)`;
    throw new UsageError(`--filter: expected ${expected}, got ${filters.join(' ')}.`);
  }
  const cases = inShard(asked, shard);
  if (cases.length === 0) {
    throw new UsageError(
      `--shard: expected at most ${asked.length} parts of ${asked.length} cases, got ${shard?.count}.`,
    );
  }
  const idle = idleExpectations(
    files.flatMap(({ expectations }) => expectations),
    listed,
  );
  if (idle[0] !== undefined)
    throw new UsageError(
      `--expectations: expected queries of cases that there are, but ${idle[0].query} matches none.`,
    );
  const project = projectOf(modules.subjects);
  const selection = selectionOf(asked, { filters, repair, subjects: subjectsIn(listed), project });
  const withRequests = targets.map((target, i) => ({
    ...target,
    request: requests[i] as SessionRequest,
    ...(target === first && begun !== undefined && { begun }),
  }));
  return { modules, cases, targets: withRequests, selection, required };
}

/** Whose cases they are, without the backend's own. */
function subjectsIn(cases: readonly ConformanceCase[]): readonly string[] {
  return [...new Set(cases.map(({ subject }) => subject))].filter((subject) => subject !== TFJS);
}
