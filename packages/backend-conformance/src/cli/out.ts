import { tryFiles } from '../report/files.js';
import { tryReports, writeReports } from '../report/index.js';
import { reasonOf } from '@tfjs-heads/conformance-kit/host';
import type { ConformanceReport } from '../report/format.js';
import { print, printError } from './summary.js';
import { orUsageError } from './usage-error.js';

/**
 * Looks whether a report of so many results can be written: now rather than after the run, which would be lost.
 *
 * @throws UsageError where it cannot
 */
export function tryOut(out: string, results: number): Promise<void> {
  return orUsageError(() => tryReports(out, results), refusal);
}

/** The same of other files. */
export function tryFolder(out: string, names: readonly string[]): Promise<void> {
  return orUsageError(() => tryFiles(out, names, 0), refusal);
}

const refusal = (reason: string): string => `--out: expected a folder that can be written to, but ${reason}`;

/** Writes a report and says where, or why not. Gives whether it is written. */
export async function writeOut(
  report: ConformanceReport,
  out: string,
  { quiet }: { readonly quiet?: boolean },
): Promise<boolean> {
  try {
    const paths = await writeReports(report, out);
    if (!quiet) print(`Written: ${paths.join(', ')}`);
    return true;
  } catch (error) {
    printError(`error: the report is not written, and what was there before is kept: ${reasonOf(error)}`);
    return false;
  }
}
