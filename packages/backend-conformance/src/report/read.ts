import { reasonOf } from '../reason.js';
import type { ConformanceReport } from '../result.js';
import { checkReport } from './check.js';

/**
 * Reads a `results.json`. In Node only.
 *
 * @throws Error that names the file and what is wrong with it
 */
export async function readReport(path: string): Promise<ConformanceReport> {
  const { readFile } = globalThis.process.getBuiltinModule('node:fs/promises');
  const text = await readFile(path, 'utf8');
  return checkReport(parse(text, path), path);
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is no JSON: ${reasonOf(error)}`, { cause: error });
  }
}
