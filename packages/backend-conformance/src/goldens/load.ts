import { readJson } from '../read-json.js';
import type { GoldenFile } from './format.js';

/** Reads a file of goldens, in Node or in a page. */
export async function loadGoldens(url: URL): Promise<GoldenFile> {
  const goldens = (await readJson(url)) as GoldenFile;
  if (goldens.format !== 'tfjs-heads-goldens/1') throw new Error(`${url.href} is no file of goldens: its format is ${String(goldens.format)}.`);
  return goldens;
}
