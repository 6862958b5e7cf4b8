import { builtInCandidates, candidateNamed } from './candidates/built-in.js';
import type { Candidate } from './candidates/candidate.js';
import {
  aBoolean,
  aFunction,
  checkOptions,
  listOfNames,
  optional,
  wasmPathsOptions,
  type Kind,
} from './check-options.js';
import { backendsError, type BackendsError } from './error.js';
import { asGuest, type Guest } from './guest.js';
import { nextTask } from './next-task.js';
import { inTurn } from './queue.js';
import {
  currentBackendName,
  forgetPendingStart,
  isMade,
  pendingStart,
  restoreBackend,
  retireBackend,
  madeBackend,
} from './registry.js';
import { reportOf, type CandidateReport, type StartProgress } from './report.js';
import type { WasmPathsOptions } from './wasm/binary-names.js';
import { formatReport } from './table.js';
import { within } from './time-limit.js';
import { tryCandidate } from './trial.js';
import { defaultWorkload, type Workload } from './workload.js';

export interface StartOptions extends WasmPathsOptions {
  /**
   * Tried first, in this order: the first of them with right answers is taken, unmeasured, and nothing
   * else is loaded. Without it every candidate is tried and the fastest taken.
   */
  readonly prefer?: readonly string[] | undefined;
  /** Measured on each candidate. Default: a step of a small network on a small batch. */
  readonly workload?: Workload | undefined;
  /** The candidates, others being left alone; a backend that the program has registered itself may be among them. */
  readonly allow?: readonly string[] | undefined;
  /** Milliseconds for loading and starting, for the self-test and for the workload of one candidate, each. Default: 10 s. */
  readonly timeLimit?: number | undefined;
  /** Default: true. Without it a backend that computes wrongly may be taken. */
  readonly selfTest?: boolean | undefined;
  /**
   * Default: true. Without it nothing that a backend computes is changed, for whoever wants to see it as tfjs ships it; gradients
   * are registered and files found all the same, since nothing would run without.
   */
  readonly repair?: boolean | undefined;
  /** Told what is being done; what it throws ends the call. */
  readonly onProgress?: ((progress: StartProgress) => void) | undefined;
  /** Aborts at once: the engine has the backend it had before, and the call rejects with the signal's reason. */
  readonly signal?: StopSignal | undefined;
}

const startOptions: Readonly<Record<keyof StartOptions, Kind>> = {
  prefer: optional(listOfNames),
  allow: optional(listOfNames),
  workload: optional(aFunction),
  timeLimit: optional({ expected: 'milliseconds above 0', fits: (value) => typeof value === 'number' && value > 0 }),
  selfTest: optional(aBoolean),
  repair: optional(aBoolean),
  ...wasmPathsOptions,
  onProgress: optional(aFunction),
  // By what it has, for it may come from another realm.
  signal: optional({
    expected: 'an AbortSignal',
    fits: (value) =>
      typeof (value as AbortSignal | null)?.addEventListener === 'function' && 'aborted' in (value as AbortSignal),
  }),
};

/** An `AbortSignal`, by what is used of it: not every TypeScript configuration knows the class. */
export interface StopSignal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface StartResult {
  /** The candidate that was chosen. */
  readonly name: string;
  /** The engine's name for it, as `tf.getBackend()` tells it: `tensorflow` for the candidate `tensorflow-gpu`. */
  readonly backendName: string;
  /** In the order of `prefer` and `allow`. */
  readonly candidates: readonly CandidateReport[];
  /** The report as a table. */
  toString(): string;
}

/** An ordinary error; recognise it by `code`. */
export interface NoBackendError extends BackendsError {
  readonly code: 'NO_BACKEND';
  readonly candidates: readonly CandidateReport[];
}

/**
 * Finds the backends of this environment, starts and repairs each, measures your workload on it and lets it prove itself on
 * known values, and leaves the engine with the fastest of those that are right. Calls run one after the other.
 *
 * What the program owns, on whichever backend, is readable afterwards with its values; a backend that holds data of anybody's
 * is not disposed of. The program may go on computing meanwhile, on whichever backend is being tried; when the call ends the
 * engine has the chosen one, whatever the program has set.
 *
 * @throws NO_BACKEND where none will do, with every reason; INVALID_ARGUMENT for options that it does not know or that are of the
 * wrong kind; NESTED_CALL from inside a workload; the signal's reason. The engine then has the backend it had before.
 *
 * @example
 * const { name } = await startBackend({ workload: headWorkload({ head, batch: () => ({ inputs, labels }) }) });
 */
export async function startBackend(options: StartOptions = {}): Promise<StartResult> {
  checkOptions('startBackend', options, startOptions);
  // Both the caller and a failing `onProgress` end it.
  const stop = new AbortController();
  const { signal } = options;
  const onAbort = (): void => stop.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort);
  try {
    return await inTurn('startBackend', () => start(options, stop), stop.signal);
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

async function start(options: StartOptions, stop: AbortController): Promise<StartResult> {
  const { timeLimit = 10_000 } = options;
  await within('the backend that the program has set', pendingStart(), {
    milliseconds: timeLimit,
    signal: stop.signal,
  }).catch(forgetPendingStart);
  const before = currentBackendName();
  const made = new Set<string>();
  return asGuest(async (guest) => {
    try {
      return await choose(options, { timeLimit, before, made, guest, stop });
    } catch (error) {
      guest.endTrial();
      await restoreBackend(before);
      for (const name of made) retireIfIdle(name, guest);
      throw error;
    }
  });
}

interface Start {
  readonly timeLimit: number;
  /** The backend that the engine had. */
  readonly before: string | undefined;
  /** The backends that were made for a trial and are still there. */
  readonly made: Set<string>;
  readonly guest: Guest;
  readonly stop: AbortController;
}

interface Entry {
  readonly candidate: Candidate;
  report: CandidateReport | undefined;
}

async function choose(options: StartOptions, { timeLimit, before, made, guest, stop }: Start): Promise<StartResult> {
  const { prefer = [], workload = defaultWorkload, selfTest = true, repair = true, wasmPaths, onProgress } = options;
  const entries = inOrder(prefer, options.allow).map((candidate): Entry => ({ candidate, report: undefined }));
  const count = entries.length;
  let done = 0;
  const tell = (entry: Entry, phase: StartProgress['phase']): void => {
    try {
      onProgress?.({ name: entry.candidate.name, phase, report: entry.report, done, count });
    } catch (error) {
      stop.abort(error);
    }
  };
  let best: (Entry & { report: CandidateReport }) | undefined;
  for (const entry of inOrderOfTrial(entries, prefer)) {
    const { name, backendName } = entry.candidate;
    if (best !== undefined && prefer.includes(best.candidate.name)) {
      entry.report = reportOf(name, 'not tried', `${best.candidate.name} is preferred`);
    } else {
      const wasMade = isMade(backendName);
      entry.report = await tryCandidate(entry.candidate, {
        workload: prefer.includes(name) ? undefined : workload,
        best: best?.report,
        timeLimit,
        selfTest,
        repair,
        wasmPaths,
        signal: stop.signal,
        guest,
        onPhase: (phase) => tell(entry, phase),
      });
      guest.endTrial();
      if (!wasMade && isMade(backendName)) made.add(backendName);
      if (entry.report.status === 'ready' && (best === undefined || isFaster(entry.report, best.report))) {
        best = entry as Entry & { report: CandidateReport };
      }
      await restoreBackend(best?.candidate.backendName ?? before);
      for (const loser of made) {
        if (loser === best?.candidate.backendName) continue;
        retireIfIdle(loser, guest);
        if (!isMade(loser)) made.delete(loser);
      }
    }
    done++;
    tell(entry, 'done');
    await nextTask();
    if (stop.signal.aborted) throw stop.signal.reason;
  }
  if (best === undefined) throw noBackend(reportsOf(entries));
  const { name, backendName } = best.candidate;
  await restoreBackend(backendName);
  const candidates = reportsOf(entries).map((report): CandidateReport => {
    if (report === best.report) return { ...report, status: 'chosen', reason: undefined };
    return report.status === 'ready' ? { ...report, status: 'slower', reason: `${name} is faster` } : report;
  });
  return { name, backendName, candidates, toString: () => formatReport(candidates) };
}

function isFaster(report: CandidateReport, other: CandidateReport): boolean {
  return (report.milliseconds ?? 0) < (other.milliseconds ?? 0);
}

function reportsOf(entries: readonly Entry[]): CandidateReport[] {
  return entries.flatMap(({ report }) => report ?? []);
}

function inOrder(prefer: readonly string[], allow: readonly string[] | undefined): Candidate[] {
  const builtIn = builtInCandidates();
  const names = allow ?? builtIn.map(({ name }) => name);
  const wanted = new Set([...prefer.filter((name) => allow === undefined || allow.includes(name)), ...names]);
  return [...wanted].map((name) => builtIn.find((candidate) => candidate.name === name) ?? candidateNamed(name));
}

/** Those that compile shaders come last: by then it is known what they must be faster than. */
function inOrderOfTrial(entries: readonly Entry[], prefer: readonly string[]): Entry[] {
  const rank = ({ candidate: { name, compiles } }: Entry): number => (prefer.includes(name) ? 0 : compiles ? 2 : 1);
  return entries.toSorted((a, b) => rank(a) - rank(b));
}

/** Disposes of a backend, unless it holds data that somebody may ask for. */
function retireIfIdle(name: string, guest: Guest): void {
  const backend = madeBackend(name);
  if (backend !== undefined && guest.isIdle(backend)) retireBackend(name);
}

function noBackend(candidates: readonly CandidateReport[]): NoBackendError {
  const reasons = candidates.map(({ name, reason }) => `  ${name}: ${reason}`).join('\n');
  const error = backendsError('NO_BACKEND', `No backend will do:\n${reasons || '  no candidate was allowed'}`);
  return Object.assign(error, { code: 'NO_BACKEND' as const, candidates });
}
