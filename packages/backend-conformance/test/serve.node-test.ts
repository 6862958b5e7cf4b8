import { rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serve, type Site } from '../src/browser/serve.js';
import { emptyFolder } from './cli-support.js';

let folder: string;
let site: Site;
beforeAll(async () => {
  folder = await emptyFolder();
  await writeFile(`${folder}/index.html`, 'secret');
  site = await serve(folder, '127.0.0.1');
});
afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true });
});

/** Asks the server by a name of its own. */
function ask(host: string | undefined, path = '/'): Promise<{ status: number | undefined; text: string }> {
  const { hostname, port } = new URL(site.url);
  return new Promise((resolve, reject) => {
    const asked = request(
      { hostname, port, path, setHost: false, headers: host === undefined ? {} : { host } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode, text }));
      },
    );
    asked.on('error', reject).end();
  });
}

it('answers whoever asks by its own address', async () => {
  expect(await ask(new URL(site.url).host)).toEqual({ status: 200, text: 'secret' });
});

// A page elsewhere whose name is made to lead here could read what is served.
it.each(['evil.example', 'localhost', 'x.localhost', '10.0.0.1', '[::1]', '127.0.0.1', '127.0.0.1.evil.example', ''])(
  'refuses whoever asks by the name %j',
  async (name) => {
    const { port } = new URL(site.url);
    for (const host of [name, ...(name === '127.0.0.1' ? [`${name}:1`] : [`${name}:${port}`])]) {
      const { status, text } = await ask(host);
      expect([400, 403]).toContain(status);
      expect(text).not.toContain('secret');
    }
  },
);
