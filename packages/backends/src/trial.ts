import type { KernelBackend } from '@tensorflow/tfjs-core';
import type { Candidate } from './candidates/candidate.js';
import type { Guest } from './guest.js';
import { measure, runStep, type Course } from './measure.js';
import { isAwaited } from './queue.js';
import { reasonOf } from './reason.js';
import { isRegistered, makeBackend, stayOn, useBackend } from './registry.js';
import { reportOf, type CandidateReport, type StartProgress } from './report.js';
import type { RepairReport } from './repairs/report.js';
import { runSelfTest } from './self-test/self-test.js';
import { within } from './time-limit.js';
import type { WasmPaths } from './wasm/binary-names.js';
import type { Workload } from './workload.js';

export interface Trial {
  /** None for a candidate that is taken unmeasured. */
  readonly workload: Workload | undefined;
  /** The best so far, with the time of its step. */
  readonly best: CandidateReport | undefined;
  readonly timeLimit: number;
  readonly selfTest: boolean;
  readonly repair: boolean;
  readonly wasmPaths: WasmPaths | undefined;
  readonly signal: AbortSignal;
  readonly guest: Guest;
  onPhase(phase: StartProgress['phase']): void;
}

/**
 * Starts, repairs, tests and measures a candidate; where another has set a bar it is measured first, for where GPUs are in
 * software the test takes the longest. `ready` until all have been tried. Throws nothing but the signal's reason.
 */
export async function tryCandidate(candidate: Candidate, trial: Trial): Promise<CandidateReport> {
  let isOver = false;
  const course: Course = { stay: () => stayOn(candidate.backendName), isOver: () => isOver || trial.signal.aborted };
  try {
    const { repairs, failure } = await startCandidate(candidate, trial);
    const report: CandidateReport = { ...reportOf(candidate.name, 'ready', undefined), repairs, ...failure };
    for (const stage of trial.best === undefined ? [test, race] : [race, test]) {
      if (report.status === 'ready') Object.assign(report, await stage(candidate, trial, course));
    }
    return report;
  } finally {
    isOver = true; // What still runs of it ends when it looks.
  }
}

/** Lets it prove itself on known values. */
async function test(
  _: Candidate,
  { selfTest: isWanted, timeLimit: milliseconds, signal, onPhase }: Trial,
  course: Course,
): Promise<Partial<CandidateReport>> {
  if (!isWanted) return {};
  const rejected = { status: 'rejected', milliseconds: undefined } as const;
  onPhase('testing');
  try {
    const selfTest = await within('the self-test', runSelfTest(course), { milliseconds, signal });
    const failed = selfTest.results.find(({ failure }) => failure !== undefined);
    return failed === undefined
      ? { selfTest }
      : { ...rejected, selfTest, reason: `${failed.golden}: ${failed.failure}` };
  } catch (error) {
    throwIfAborted(signal);
    return { ...rejected, reason: reasonOf(error) };
  }
}

/** Each time a workload is run again it has more of the data that it asks for. */
const mostFetches = 100;

/** Measures the workload, until it is clearly slower than the best so far. */
async function race(candidate: Candidate, trial: Trial, course: Course): Promise<Partial<CandidateReport>> {
  const { workload, timeLimit: milliseconds, signal, guest } = trial;
  if (workload === undefined) return {};
  trial.onPhase('measuring');
  for (let fetches = 0; ; fetches++) {
    const result = await raceOnce(workload, candidate, trial, course);
    if (fetches === mostFetches) return result;
    const isFetched = await within('reading', guest.fetch(), { milliseconds, signal }).catch(() => false);
    throwIfAborted(signal);
    if (!isFetched) return result;
  }
}

// What compiling shaders costs is earned back in this many steps of the best so far, or it cannot win.
const earnedBack = 500;
const leastPatience = 1_000;

/** Resolves after so many milliseconds, unless it has been ended. */
function patience(milliseconds: number): { readonly isOver: Promise<undefined>; end(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isOver = new Promise<undefined>((resolve) => {
    if (milliseconds !== Infinity) timer = setTimeout(resolve, milliseconds, undefined);
  });
  return { isOver, end: () => clearTimeout(timer) };
}

async function raceOnce(
  workload: Workload,
  candidate: Candidate,
  { best, timeLimit, signal, guest }: Trial,
  course: Course,
): Promise<Partial<CandidateReport>> {
  const limits = { milliseconds: timeLimit, signal };
  let isRunning = true;
  const bar = best?.milliseconds;
  const compiles = candidate.compiles ?? false;
  const compiling = patience(compiles && bar !== undefined ? Math.max(leastPatience, earnedBack * bar) : Infinity);
  const measuring = measure(workload, { ...course, bar, compiles, onFirstStep: compiling.end }).finally(
    () => (isRunning = false),
  );
  try {
    const measured = await within('the workload', Promise.race([measuring, compiling.isOver]), limits);
    if (measured === undefined) {
      return {
        status: 'given up',
        reason: `its first step takes longer than ${earnedBack} of ${best?.name}, at ${bar?.toFixed(2)} ms`,
      };
    }
    const { milliseconds, isGivenUp } = measured;
    if (!isGivenUp) return { milliseconds };
    return {
      milliseconds,
      status: 'given up',
      reason: `${milliseconds.toFixed(2)} ms a step where ${best?.name} takes ${bar?.toFixed(2)}`,
    };
  } catch (error) {
    throwIfAborted(signal);
    const hint = isRunning && isAwaited() ? '; it may wait for a call of startBackend, which waits for this one' : '';
    return { status: 'unmeasurable', reason: reasonOf(error) + hint };
  } finally {
    compiling.end();
    // One that still runs would be joined by a second.
    if (!isRunning && !signal.aborted)
      await guest.sortOut(() => within('the workload', runStep(workload, course), limits).catch(() => {}));
  }
}

interface Started {
  readonly repairs: readonly RepairReport[];
  readonly failure?: { readonly status: 'unavailable' | 'failed'; readonly reason: string };
}

/** Ends with the candidate as the current backend, unless it failed. */
async function startCandidate(
  candidate: Candidate,
  { timeLimit: milliseconds, signal, repair: isRepaired, wasmPaths, onPhase }: Trial,
): Promise<Started> {
  const { backendName } = candidate;
  const repairs: RepairReport[] = [];
  const unavailable = (reason: string): Started => ({ repairs, failure: { status: 'unavailable', reason } });
  const doing = <T>(what: string, promise: Promise<T>, tooLate?: (value: T) => void): Promise<T> =>
    within(what, promise, { milliseconds, signal, ...(tooLate && { tooLate }) });
  const lacking = async (): Promise<string | undefined> =>
    doing('looking for it', Promise.resolve(candidate.lacking?.()));
  try {
    onPhase('loading');
    const reason = candidate.unavailable?.() ?? (isRegistered(backendName) ? undefined : await lacking());
    if (reason !== undefined) return unavailable(reason);
    for (const repair of candidate.repairsBeforeStart) repairs.push(await doing('repairing', repair({ wasmPaths })));
    const missing = isRegistered(backendName) ? undefined : await doing('loading', candidate.load());
    if (missing !== undefined) return unavailable(missing);
    onPhase('starting');
    let backend: KernelBackend;
    try {
      backend = await doing('starting', makeBackend(backendName), (late) => late.dispose());
    } catch (error) {
      throwIfAborted(signal);
      const lack = await lacking();
      if (lack === undefined) throw error;
      return unavailable(lack);
    }
    await useBackend(backendName, backend);
    const unfit = candidate.unfit?.();
    if (unfit !== undefined) return unavailable(unfit);
    onPhase('repairing');
    for (const repair of isRepaired ? candidate.repairs : []) {
      await stayOn(backendName);
      repairs.push(await doing('repairing', repair()));
    }
    return { repairs };
  } catch (error) {
    throwIfAborted(signal);
    return { repairs, failure: { status: 'failed', reason: reasonOf(error) } };
  }
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw signal.reason;
}
