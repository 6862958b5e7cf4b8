import { parseJson } from './parse-json.js';

/**
 * Reads a JSON file beside the code, in Node or in a page. Node's `fetch` knows no files.
 *
 * @throws Error that names the file, where it is not there or is no JSON
 */
export async function readJson(url: URL): Promise<unknown> {
  return parseJson(await readBytes(url), url.href);
}

async function readBytes(url: URL): Promise<Uint8Array> {
  if (url.protocol === 'file:') {
    const { readFile } = globalThis.process.getBuiltinModule('node:fs/promises');
    return readFile(url);
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}
