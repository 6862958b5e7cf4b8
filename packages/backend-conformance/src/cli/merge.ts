import { mergeReports, readReport, writeReports } from '../report/index.js';
import { print, printReport, verdict } from './summary.js';
import { orUsageError } from './usage-error.js';

export interface MergeOptions {
  readonly out: string;
  readonly require?: readonly string[];
  readonly quiet?: boolean;
}

/** The command `merge`: one report of several. */
export async function merge(files: readonly string[], { out, require = [], quiet }: MergeOptions): Promise<void> {
  const report = await orUsageError(
    async () => mergeReports(await Promise.all(files.map((file) => readReport(file)))),
    (reason) => `results: ${reason}`,
  );
  const paths = await writeReports(report, out);
  if (!quiet) {
    printReport(report);
    print(`\nWritten: ${paths.join(', ')}`);
  }
  process.exitCode = verdict(report.runs, require);
}
