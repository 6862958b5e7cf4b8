import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// The package exports an entry that fetches from a CDN; the files themselves lie beside it.
const entry = pathToFileURL(createRequire(import.meta.url).resolve('vega-datasets'));

/** The rows of a JSON file of vega-datasets; the caller names what it knows of their shape. */
export async function readRows<Row>(file: string): Promise<readonly Row[]> {
  return JSON.parse(await readFile(new URL(`../data/${file}`, entry), 'utf8')) as Row[];
}
