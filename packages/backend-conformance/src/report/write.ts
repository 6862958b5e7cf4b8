import type { ConformanceReport } from './format.js';
import { tryFiles, writeFiles } from './files.js';
import { htmlPieces } from './html.js';
import { toJson } from './json.js';
import { junitPieces } from './junit.js';

const names = ['results.json', 'junit.xml', 'report.html'] as const;

/** What a page has without any results, and what a result takes at least in the three files together. */
const [PAGE_BYTES, RESULT_BYTES] = [100_000, 400];

/**
 * Writes `results.json`, `junit.xml` and `report.html` into a folder, which is made where it is missing. Those of the report before
 * stay until all of the new ones are on the disk. In Node only.
 *
 * @returns Their paths.
 * @throws Error that says which could not be written, and why
 */
export function writeReports(report: ConformanceReport, directory: string): Promise<readonly string[]> {
  const pieces = {
    'results.json': toJson(report),
    'junit.xml': junitPieces(report),
    'report.html': htmlPieces(report),
  };
  return writeFiles(directory, pieces satisfies Readonly<Record<(typeof names)[number], Iterable<string>>>);
}

/**
 * Finds out whether a report of so many results can be written into a folder, which is made where it is missing. In Node only.
 *
 * @throws Error that says why it cannot
 */
export function tryReports(directory: string, results: number): Promise<void> {
  return tryFiles(directory, names, PAGE_BYTES + results * RESULT_BYTES);
}
