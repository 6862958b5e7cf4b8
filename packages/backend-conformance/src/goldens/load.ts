import { readJson } from '../read-json.js';
import { validated } from '../validate.js';
import type { GoldenFile } from './format.js';
import { goldenFile } from './schema.js';

/**
 * Reads a file of goldens, in Node or in a page.
 *
 * @throws Error that names the file, and each place in it that is wrong
 */
export async function loadGoldens(url: URL): Promise<GoldenFile> {
  return validated(goldenFile, await readJson(url), url.href);
}
