import { isFailure, queryOf } from '@tfjs-heads/conformance-kit/host';
import type { BackendRun } from '../report/format.js';
import { reportOfOne } from '../report/one-part.js';
import { expectationsDigest } from '../selection.js';
import type { HomeMessage } from '../engine.js';
import { collect } from './collect.js';
import { tryOut, writeOut } from './out.js';
import { planFor, type Plan } from './plan.js';
import { progressFor } from './progress/index.js';
import type { Progress } from './progress/progress.js';
import { namedByBrowser } from './remote.js';
import type { RunCommandOptions } from './run-options.js';
import { Sessions } from './sessions.js';
import { print, printReport, verdict } from './summary.js';
import { slowFirst } from './target.js';
import { suiteVersion } from './version.js';

/** The command itself: runs the cases on every target, shows how they come out, and sets the exit code. */
export async function run(
  module: string | undefined,
  options: RunCommandOptions,
  interrupted: AbortSignal,
): Promise<void> {
  const planned = await planFor(module, options, interrupted);
  if (options.list) {
    for (const testCase of planned.cases) print(queryOf(testCase));
    return;
  }
  const plan = await namedByBrowser(planned, options, interrupted);
  // Now rather than after the run, which would be lost.
  const { out } = options;
  if (out !== undefined) await tryOut(out, plan.cases.length * plan.targets.length);
  const created = new Date().toISOString();
  const start = performance.now();
  const progress = progressFor(
    options,
    plan.targets.map(({ name }) => name),
    plan.cases.length,
  );
  const runs = await runTargets(plan, options, progress, interrupted).finally(() => progress.close());
  interrupted.throwIfAborted();
  const report = reportOfOne({
    suite: suiteVersion,
    created,
    milliseconds: Math.round(performance.now() - start),
    selection: plan.selection,
    shard: options.shard,
    asked: plan.cases.length,
    runs,
    stopped:
      options.bail === undefined
        ? undefined
        : `stopped after ${options.bail} ${options.bail === 1 ? 'failure' : 'failures'} (--bail)`,
    expectations: new Map(plan.targets.map(({ name, request }) => [name, expectationsDigest(request.expectations)])),
  });
  if (!options.quiet) {
    print('');
    printReport(report);
    print('');
  }
  const isWritten = out === undefined || (await writeOut(report, out, options));
  process.exitCode = Math.max(verdict(report, plan.required), isWritten ? 0 : 1);
}

/**
 * At most `jobs` at once, and of a driver that serves one browser at a time no more than that; the runs come back in the order of
 * the targets.
 */
async function runTargets(
  plan: Plan,
  { jobs, silence, bail = Infinity, ...options }: RunCommandOptions,
  progress: Progress,
  interrupted: AbortSignal,
): Promise<BackendRun[]> {
  const sessions = new Sessions(plan.modules, options);
  const runs = new Map<string, BackendRun>();
  const waiting = [...slowFirst(plan.targets)];
  const busy = new Set<string>();
  const stop = new AbortController();
  let failures = 0;
  const runNext = async (): Promise<void> => {
    for (;;) {
      interrupted.throwIfAborted();
      // Where all that are left wait for a driver, whoever has it goes on with them.
      const [target] = waiting.splice(
        waiting.findIndex((candidate) => !busy.has(sessions.driverOf(candidate) ?? '')) >>> 0,
        1,
      );
      if (target === undefined) return;
      const { name } = target;
      const driver = sessions.driverOf(target);
      if (stop.signal.aborted) {
        runs.set(name, { target: name, milliseconds: 0, cases: [] });
        continue;
      }
      const session = sessions.sessionOf(target, (text) => progress.output(name, text));
      const onMessage = (message: HomeMessage): void => {
        progress.message(name, message);
        if (message.type === 'result' && isFailure(message.result) && ++failures >= bail) stop.abort();
      };
      if (driver !== undefined) busy.add(driver);
      const collected = await collect(session, {
        cases: plan.cases,
        silence: silence * 1000,
        interrupted,
        stopped: stop.signal,
        onMessage,
      });
      if (driver !== undefined) busy.delete(driver);
      const ended: BackendRun = { target: name, ...collected };
      runs.set(name, ended);
      progress.ended(ended);
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, runNext));
  } finally {
    await sessions.close();
  }
  return plan.targets.map(({ name }) => runs.get(name) as BackendRun);
}
