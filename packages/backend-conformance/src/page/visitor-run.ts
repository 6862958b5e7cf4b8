import { FORMAT, type BackendRun, type CaseResult, type ConformanceReport } from '../result.js';
import { loadExpectations } from '../expectations/load.js';
import { browserOf } from '../report/user-agent.js';
import { runSession } from '../session.js';
import type { Subjects } from '../subject.js';

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
  subjects: Subjects,
  { backends, filters, repair }: VisitorRequest,
  signal: AbortSignal,
): AsyncGenerator<VisitorProgress> {
  const suite = await suiteVersion();
  const created = new Date().toISOString();
  const start = performance.now();
  const runs: BackendRun[] = [];
  // Reports of several browsers are not to be merged into one.
  const browser = browserOf(navigator.userAgent)?.name.toLowerCase() ?? 'browser';
  for (const backend of backends) {
    const begun = performance.now();
    const cases: CaseResult[] = [];
    let total = 0;
    let run: BackendRun = { target: `${browser}:${backend}`, milliseconds: 0, cases };
    const progress = (): VisitorProgress => {
      const now = performance.now();
      run = { ...run, milliseconds: Math.round(now - begun), cases: [...cases] };
      const report: ConformanceReport = { format: FORMAT, suite, created, milliseconds: Math.round(now - start), runs: [...runs, run] };
      return { report, backend, done: cases.length, total };
    };
    for await (const message of runSession(subjects, { backend, filters, repair, expectations: await loadExpectations(backend) })) {
      if (message.type === 'unavailable') run = { ...run, unavailable: message.reason };
      if (message.type === 'started') {
        run = { ...run, record: message.record };
        ({ total } = message);
      }
      if (message.type === 'result') cases.push(message.result);
      yield progress();
      if (signal.aborted) return;
    }
    runs.push(run);
  }
}

/** The version of this package, whose manifest is built into the page as a file. */
async function suiteVersion(): Promise<string> {
  const response = await fetch(new URL('../../package.json', import.meta.url));
  const { version } = (await response.json()) as { version: string };
  return version;
}
