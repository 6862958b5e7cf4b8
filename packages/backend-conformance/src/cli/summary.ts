import { isGood, printable, type Tally, tallyOf } from '@tfjs-heads/conformance-kit/host';
import type { ConformanceReport } from '../report/format.js';
import { terminalMatrix } from '../report/index.js';

/** What a command says, without anything that a terminal would obey: names and messages are those of others. */
export function print(text: string): void {
  process.stdout.write(`${printable(text)}\n`);
}

/** The same on stderr. */
export function printError(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

/** The table of a report, which may have colours. What it shows of others is made harmless where it is laid out. */
export function printReport(report: ConformanceReport): void {
  process.stdout.write(`${terminalMatrix(report, { colour: process.stdout.hasColors?.() ?? false })}\n`);
}

/** A plain count of cases. A pass that was not expected is a failure. */
export function countCases({ pass, fail, xpass, xfail, skip }: Tally): string {
  return `${pass} passed, ${fail + xpass} failed, ${xfail} expected to fail, ${skip} skipped`;
}

/** Prints what is missing, of what was asked for and of what is required, and the count. Gives the exit code. */
export function verdict(report: ConformanceReport, required: readonly string[]): 0 | 1 {
  const { runs, problems } = report;
  for (const problem of problems) print(`Incomplete: ${problem}.`);
  const passed = new Set(runs.filter((run) => tallyOf([run]).pass > 0).map(({ target }) => target));
  const missing = required.filter((name) => !passed.has(name));
  for (const name of missing) print(`${name} is required, and nothing passed on it.`);
  const tally = tallyOf(runs);
  print(`${countCases(tally)}, ${tally.unavailable} ${tally.unavailable === 1 ? 'backend' : 'backends'} unavailable`);
  return isGood(report) && missing.length === 0 ? 0 : 1;
}
