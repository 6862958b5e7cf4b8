import type { ConformanceReport } from '../result.js';
import { toHtml } from './html.js';
import { toJunit } from './junit.js';

/** Writes `results.json`, `junit.xml` and `report.html` into a folder, which is made where it is missing. In Node only. Gives their paths. */
export async function writeReports(report: ConformanceReport, directory: string): Promise<readonly string[]> {
  const { mkdir, writeFile } = globalThis.process.getBuiltinModule('node:fs/promises');
  const { join } = globalThis.process.getBuiltinModule('node:path');
  const files = {
    'results.json': `${JSON.stringify(report, null, 1)}\n`,
    'junit.xml': toJunit(report),
    'report.html': toHtml(report),
  };
  await mkdir(directory, { recursive: true });
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(directory, name), text)));
  return Object.keys(files).map((name) => join(directory, name));
}
