import { type CaseResult, loadExpectations, parseQueries, TFJS } from '@tfjs-heads/conformance-kit/host';
import type { BackendRun, ConformanceReport } from '../report/format.js';
import { runSession, type Suite } from '@tfjs-heads/conformance-kit';
import { StrayErrors } from '../channel/stray-errors.js';
import { reportOfOne } from '../report/one-part.js';
import { browserOf } from '../report/user-agent.js';
import { expectationsDigest, selectionOf } from '../selection.js';

/** What a visitor wants to run. */
export interface VisitorRequest {
  readonly backends: readonly string[];
  readonly filters: readonly string[];
  readonly repair: boolean;
}

/** A report as far as it has come. */
export interface VisitorProgress {
  readonly report: ConformanceReport;
  /** The backend that is running, and how many of its cases are done. */
  readonly backend: string;
  readonly done: number;
  readonly total: number;
}

/** Runs one backend after another in this page. When it is aborted, it ends after the current case. */
export async function* runHere(
  suite: Suite,
  { backends, filters, repair }: VisitorRequest,
  signal: AbortSignal,
): AsyncGenerator<VisitorProgress> {
  const created = new Date().toISOString();
  const start = performance.now();
  const asked = suite.cases.filter(parseQueries(filters));
  const subjects = [...suite.subjects.keys()].filter((name) => name !== TFJS);
  const selection = selectionOf(asked, { filters, repair, subjects, project: null });
  const common = { suite: await suiteVersion(), created, selection, asked: asked.length };
  const expectations = new Map<string, string>();
  const runs: BackendRun[] = [];
  const reportOf = (soFar: readonly BackendRun[], stopped?: string): ConformanceReport =>
    reportOfOne({ ...common, milliseconds: Math.round(performance.now() - start), runs: soFar, expectations, stopped });
  // Reports of several browsers are not to be merged into one.
  const browser = browserOf(navigator.userAgent)?.name.toLowerCase() ?? 'browser';
  const targetOf = (backend: string): string => `${browser}:${backend}`;
  for (const backend of backends)
    expectations.set(targetOf(backend), expectationsDigest(await loadExpectations(backend)));
  for (const [i, backend] of backends.entries()) {
    const begun = performance.now();
    const cases: CaseResult[] = [];
    let run: BackendRun = { target: targetOf(backend), milliseconds: 0, cases };
    const progress = (): VisitorProgress => {
      run = { ...run, milliseconds: Math.round(performance.now() - begun), cases: [...cases] };
      // That the rest is missing yet is no problem.
      return {
        report: { ...reportOf([...runs, run]), problems: [] },
        backend,
        done: cases.length,
        total: asked.length,
      };
    };
    const strayErrors = new StrayErrors(); // It listens for none, but lets the page breathe between cases.
    const request = { backend, filters, repair, expectations: await loadExpectations(backend) };
    for await (const message of runSession(suite, request, (work) => strayErrors.during(work))) {
      if (message.type === 'unavailable') run = { ...run, unavailable: message.reason };
      if (message.type === 'started') run = { ...run, record: message.record };
      if (message.type === 'result') cases.push(message.result);
      yield progress();
      if (!signal.aborted) continue;
      const notBegun = backends
        .slice(i + 1)
        .map((rest): BackendRun => ({ target: targetOf(rest), milliseconds: 0, cases: [] }));
      yield { ...progress(), report: reportOf([...runs, run, ...notBegun], 'the visitor stopped it') };
      return;
    }
    runs.push(run);
    yield { report: reportOf(runs), backend, done: cases.length, total: asked.length };
  }
}

/** The version of this package, whose manifest is built into the page as a file. */
async function suiteVersion(): Promise<string> {
  const response = await fetch(new URL('../../package.json', import.meta.url));
  const { version } = (await response.json()) as { version: string };
  return version;
}
