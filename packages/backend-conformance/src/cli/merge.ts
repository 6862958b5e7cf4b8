import { joinReports, readReport } from '../report/index.js';
import type { Named } from '../report/unlike.js';
import { tryOut, writeOut } from './out.js';
import { print, printReport, verdict } from './summary.js';
import { orUsageError } from './usage-error.js';

export interface MergeOptions {
  readonly out: string;
  readonly require?: readonly string[];
  readonly quiet?: boolean;
}

/** The command `merge`: one report of several. */
export async function merge(files: readonly string[], options: MergeOptions): Promise<void> {
  const { out, require = [], quiet } = options;
  const report = await orUsageError(
    async () => joinReports(await readAll(files)),
    (reason) => `results: ${reason}`,
  );
  await tryOut(
    out,
    report.runs.reduce((sum, { cases }) => sum + cases.length, 0),
  );
  if (!quiet) {
    printReport(report);
    print('');
  }
  const isWritten = await writeOut(report, out, options);
  process.exitCode = Math.max(verdict(report, require), isWritten ? 0 : 1);
}

/** One after another: each may be large. */
async function readAll(files: readonly string[]): Promise<Named[]> {
  const read: Named[] = [];
  for (const from of files) read.push({ report: await readReport(from), from });
  return read;
}
