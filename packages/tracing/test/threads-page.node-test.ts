// Threads in Chromium: in a page that is isolated from other origins, in a worker of it, and why there are none elsewhere.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright';
import { build, preview } from 'vite';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';

const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

const root = fileURLToPath(new URL('page', import.meta.url));
let folder = '';
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'threads-'));
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true, target: 'es2022' },
    worker: { format: 'es' },
  });
  browser = await chromium.launch(inject('chromium').launch);
});

afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

/** What a call gives in a page that is served with these headers. */
async function inPage(headers: Readonly<Record<string, string>>, call: string): Promise<unknown> {
  const server = await preview({
    root,
    configFile: false,
    logLevel: 'error',
    build: { outDir: folder },
    preview: { port: 0, headers },
  });
  const page = await browser.newPage();
  try {
    await page.goto(server.resolvedUrls?.local[0] as string);
    await page.waitForFunction('globalThis.train');
    return await page.evaluate(call);
  } finally {
    await page.close();
    await server.close();
  }
}

it('trains by two threads in an isolated page, and in a worker of it', async () => {
  expect(await inPage(ISOLATED, 'train(2)')).toBe(' by 2 threads');
  expect(await inPage(ISOLATED, 'trainInWorker(2)')).toBe(' by 2 threads');
});

it('trains by one thread in other pages, and says why', async () => {
  expect(await inPage({}, 'train(2)')).toBe(
    ' by one thread: pages have others where they are isolated from other origins',
  );
});

it('trains by one thread where a policy forbids workers, and says why', async () => {
  const policy = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
  const headers = { ...ISOLATED, 'Content-Security-Policy': policy };
  expect(await inPage(headers, 'train(2)')).toMatch(/^ by one thread: .*a policy may forbid it/);
});
