import { builtInCandidates } from './candidates/built-in.js';
import type { Candidate } from './candidates/candidate.js';
import { registeredCandidate } from './candidates/registered.js';
import { disposingVariables } from './disposing-variables.js';
import { measure } from './measure.js';
import { currentBackendName, isMade, makeBackend, restoreBackend, retireBackend, useBackend } from './registry.js';
import type { RepairReport } from './repairs/report.js';
import { selfTest, type SelfTestResult } from './self-test/self-test.js';
import { formatReport } from './table.js';
import { within } from './time-limit.js';
import { defaultWorkload, type Workload } from './workload.js';

export interface StartOptions {
  /**
   * Tried first, in this order: the first of them with right answers is taken, unmeasured, and nothing
   * else is loaded. Without it every candidate is tried and the fastest taken.
   */
  readonly prefer?: readonly string[];
  /** Measured on each candidate. Default: a step of a small network on a small batch. */
  readonly workload?: Workload;
  /** The candidates, others being left alone; a backend that the program has registered itself may be among them. */
  readonly allow?: readonly string[];
  /** For loading and starting, for the self-test and for the workload of one candidate, each. Default: 10 s. */
  readonly timeLimit?: number;
  /** Default: true. Without it a backend that computes wrongly may be taken. */
  readonly selfTest?: boolean;
  /**
   * Default: true. Without it nothing that a backend computes is changed, for whoever wants to see it as tfjs ships it; gradients
   * are registered and files found all the same, since nothing would run without.
   */
  readonly repair?: boolean;
}

export interface CandidateReport {
  readonly name: string;
  /**
   * `unavailable`: not to be had here; `failed`: did not start; `rejected`: wrong answers; `unmeasurable`:
   * the workload failed on it; `slower`: right, and not the fastest; `not tried`: one before it was taken.
   */
  readonly status: 'chosen' | 'slower' | 'unmeasurable' | 'rejected' | 'failed' | 'unavailable' | 'not tried';
  /** Why it was not chosen. */
  readonly reason: string | undefined;
  readonly repairs: readonly RepairReport[];
  readonly selfTest: SelfTestResult | undefined;
  /** The median of one step of the workload. */
  readonly milliseconds: number | undefined;
}

export interface StartResult {
  /** The candidate that was chosen. */
  readonly name: string;
  readonly candidates: readonly CandidateReport[];
  /** The report as a table. */
  toString(): string;
}

/** An ordinary error; recognise it by `code`. */
export interface NoBackendError extends Error {
  readonly code: 'NO_BACKEND';
  readonly candidates: readonly CandidateReport[];
}

/**
 * Finds the backends of this environment, starts and repairs each, lets it prove itself on known values,
 * and leaves the engine with the one that runs the workload fastest. Where none will do, it throws one
 * error with every reason, and the engine has the backend it had before.
 */
export async function startBackend(options: StartOptions = {}): Promise<StartResult> {
  const { prefer = [], workload = defaultWorkload, timeLimit = 10_000 } = options;
  const before = currentBackendName();
  const candidates = inOrder(prefer, options.allow);
  const reports: CandidateReport[] = [];
  const made: string[] = [];
  let chosen: CandidateReport | undefined;
  for (const candidate of candidates) {
    if (chosen !== undefined && prefer.includes(chosen.name)) {
      reports.push(nothing(candidate.name, 'not tried', `${chosen.name} is preferred`));
      continue;
    }
    const wasMade = isMade(candidate.backendName);
    const isPreferred = prefer.includes(candidate.name);
    const report = await tryCandidate(candidate, { ...options, timeLimit, workload: isPreferred ? undefined : workload });
    reports.push(report);
    if (report.status === 'slower') {
      if (!wasMade) made.push(candidate.backendName);
      if (chosen === undefined || (report.milliseconds ?? 0) < (chosen.milliseconds ?? 0)) chosen = report;
    } else {
      await restoreBackend(before);
      if (!wasMade) retireBackend(candidate.backendName);
    }
  }
  if (chosen === undefined) {
    throw noBackend(reports);
  }
  const { name } = chosen;
  const backendName = candidates.find((candidate) => candidate.name === name)?.backendName as string;
  await useBackend(backendName, await makeBackend(backendName));
  for (const loser of made) if (loser !== backendName && loser !== before) retireBackend(loser);
  const final = reports.map((report): CandidateReport => {
    if (report === chosen) return { ...report, status: 'chosen', reason: undefined };
    return report.status === 'slower' ? { ...report, reason: `${name} is faster` } : report;
  });
  return { name, candidates: final, toString: () => formatReport(final) };
}

interface Trial extends Pick<StartOptions, 'selfTest' | 'repair'> {
  /** None for a candidate that is taken unmeasured. */
  readonly workload: Workload | undefined;
  readonly timeLimit: number;
}

/** Ends with the candidate as the current backend, unless it failed: `slower` until another is found slower still. */
async function tryCandidate(
  candidate: Candidate,
  { workload, timeLimit, selfTest: mustPass = true, repair: isRepaired = true }: Trial,
): Promise<CandidateReport> {
  const { name, backendName } = candidate;
  const repairs: RepairReport[] = [];
  try {
    const unavailable = await candidate.unavailable?.();
    if (unavailable !== undefined) return nothing(name, 'unavailable', unavailable);
    for (const repair of candidate.repairsBeforeStart) repairs.push(await repair());
    const missing = await within(timeLimit, 'loading', candidate.load());
    if (missing !== undefined) return nothing(name, 'unavailable', missing);
    await useBackend(backendName, await within(timeLimit, 'starting', makeBackend(backendName), (late) => late.dispose()));
    const unfit = candidate.unfit?.();
    if (unfit !== undefined) return nothing(name, 'unavailable', unfit);
    for (const repair of isRepaired ? candidate.repairs : []) repairs.push(await within(timeLimit, 'repairing', repair()));
  } catch (error) {
    return { ...nothing(name, 'failed', toReason(error)), repairs };
  }
  const report = { ...nothing(name, 'slower', ''), repairs };
  let tested: SelfTestResult | undefined;
  try {
    tested = mustPass ? await within(timeLimit, 'the self-test', selfTest()) : undefined;
  } catch (error) {
    return { ...report, status: 'rejected', reason: toReason(error) };
  }
  if (tested?.passed === false) {
    const failed = tested.results.find(({ failure }) => failure !== undefined);
    return { ...report, status: 'rejected', reason: `${failed?.golden}: ${failed?.failure}`, selfTest: tested };
  }
  if (workload === undefined) return { ...report, selfTest: tested };
  try {
    const milliseconds = await disposingVariables(() => within(timeLimit, 'the workload', measure(workload)));
    return { ...report, selfTest: tested, milliseconds };
  } catch (error) {
    return { ...report, status: 'unmeasurable', reason: toReason(error), selfTest: tested };
  }
}

function inOrder(prefer: readonly string[], allow: readonly string[] | undefined): Candidate[] {
  const builtIn = builtInCandidates();
  const names = allow ?? builtIn.map(({ name }) => name);
  const wanted = [...prefer.filter((name) => allow === undefined || allow.includes(name)), ...names.filter((name) => !prefer.includes(name))];
  return wanted.map((name) => builtIn.find((candidate) => candidate.name === name) ?? registeredCandidate(name));
}

function nothing(name: string, status: CandidateReport['status'], reason: string): CandidateReport {
  return { name, status, reason, repairs: [], selfTest: undefined, milliseconds: undefined };
}

/** The first line: native errors carry pages of advice. */
function toReason(error: unknown): string {
  const message = error instanceof Error ? error.message : typeof error === 'object' ? JSON.stringify(error) : String(error);
  return message.split('\n')[0] as string;
}

function noBackend(candidates: readonly CandidateReport[]): NoBackendError {
  const reasons = candidates.map(({ name, reason }) => `  ${name}: ${reason}`).join('\n');
  return Object.assign(new Error(`No backend will do:\n${reasons || '  no candidate was allowed'}`), { code: 'NO_BACKEND' as const, candidates });
}
