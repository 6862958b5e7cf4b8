import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { build, preview, type PreviewServer } from 'vite';

let folder = '';
let server: PreviewServer;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasm-paths-'));
  const root = fileURLToPath(new URL('page', import.meta.url));
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true, target: 'es2022' },
  });
  server = await preview({
    root,
    configFile: false,
    logLevel: 'error',
    build: { outDir: folder },
    preview: { port: 0 },
  });
  browser = await chromium.launch(inject('chromium').launch);
});

afterAll(async () => {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(repair: boolean): Promise<unknown> {
  const page = await browser.newPage();
  await page.goto(server.resolvedUrls?.local[0] as string);
  await page.waitForFunction('globalThis.start');
  const result: unknown = await page.evaluate(
    `Promise.race([start(${repair}), new Promise((r) => setTimeout(r, 5000, { started: false }))])`,
  );
  await page.close();
  return result;
}

test('a bundled page finds the binaries of wasm only with the repair', async () => {
  expect(await start(false)).toMatchObject({ started: false });
  expect(await start(true)).toEqual({ started: true, outcome: 'applied', sum: 3 });
});

test('so does a bundled program under Node', async () => {
  // Inside the project: the binaries stay in its node_modules.
  const out = await mkdtemp(fileURLToPath(new URL('programs/bundle-', import.meta.url)));
  try {
    const bundle = await rolldown({
      input: fileURLToPath(new URL('programs/wasm.mjs', import.meta.url)),
      platform: 'node',
      logLevel: 'silent',
    });
    await bundle.write({ dir: out, format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false });
    await bundle.close();
    const run = (argument: string): Promise<string> =>
      promisify(execFile)(process.execPath, [join(out, 'wasm.cjs'), argument]).then(
        ({ stdout }) => stdout,
        (error: { stderr: string }) => error.stderr,
      );
    expect(await run('plain')).not.toContain('sum 3');
    expect(await run('repaired')).toContain('sum 3');
  } finally {
    await rm(out, { recursive: true, force: true });
  }
});
