import { reasonOf } from './reason.js';

/**
 * Reads a JSON file beside the code, in Node or in a page. Node's `fetch` knows no files.
 *
 * @throws Error that names the file, where it is not there or is no JSON
 */
export async function readJson(url: URL): Promise<unknown> {
  const read = await readText(url);
  try {
    return JSON.parse(read);
  } catch (error) {
    throw new Error(`${url.href} is no JSON: ${reasonOf(error)}`, { cause: error });
  }
}

async function readText(url: URL): Promise<string> {
  if (url.protocol === 'file:') {
    const { readFile } = globalThis.process.getBuiltinModule('node:fs/promises');
    return readFile(url, 'utf8');
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href}: ${response.status} ${response.statusText}`);
  return response.text();
}
