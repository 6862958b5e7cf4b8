import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { csvParse } from 'd3-dsv';

// The package exports an entry that fetches from a CDN; the files themselves lie beside it.
const entry = pathToFileURL(createRequire(import.meta.url).resolve('vega-datasets'));

/** Where a file of vega-datasets is. */
export function pathOf(file: string): string {
  return fileURLToPath(new URL(`../data/${file}`, entry));
}

/** The rows of a JSON or CSV file of vega-datasets, those of a CSV all text; the caller names what it knows of their shape. */
export async function readRows<Row>(file: string): Promise<readonly Row[]> {
  const text = await readFile(pathOf(file), 'utf8');
  return (file.endsWith('.csv') ? csvParse(text) : JSON.parse(text)) as Row[];
}
