/** Reads a JSON file beside the code, in Node or in a page. Node's `fetch` knows no files. */
export async function readJson(url: URL): Promise<unknown> {
  if (url.protocol === 'file:') {
    const { readFile } = globalThis.process.getBuiltinModule('node:fs/promises');
    return JSON.parse(await readFile(url, 'utf8'));
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href}: ${response.status} ${response.statusText}`);
  return response.json();
}
