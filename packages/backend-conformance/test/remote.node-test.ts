import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { execa } from 'execa';
import { chromium } from 'playwright';
import { afterAll, expect, it } from 'vitest';
import { chromiumFlags, chromiumPath } from '../browser/chromium.mjs';
import { findDriver } from '../src/browser/drivers.js';
import { runInPage } from '../src/browser/session.js';
import { conformance, fixture, main, NARROW } from './cli-support.js';
import { startXvfb, whyNot } from './in-drivers.js';

const started: (() => unknown)[] = [];
afterAll(() => Promise.all(started.map((stop) => stop())));

const narrow = [fixture('own-head.mjs'), '--backend', 'chromium:cpu,webgl', '--filter', NARROW];
const oneBackend = [fixture('own-head.mjs'), '--backend', 'chromium:cpu', '--filter', NARROW];

it('runs in the browser of a Playwright server', async () => {
  const executablePath = chromiumPath();
  const server = await chromium.launchServer({ args: [...chromiumFlags], ...(executablePath && { executablePath }) });
  started.push(() => server.close());
  const { exitCode, lastLine } = await conformance(...narrow, '--browser', server.wsEndpoint());
  expect(lastLine).toBe('4 passed, 0 failed, 0 expected to fail, 0 skipped, 0 backends unavailable');
  expect(exitCode).toBe(0);
});

it('runs in the browser of a WebDriver server', async ({ skip }) => {
  const driver = matchingDriver();
  if (driver instanceof Error) return skip(driver.message);
  const url = await startDriver(driver);
  const { exitCode, lastLine, stdout } = await conformance(...narrow, '--browser', url);
  expect(stdout).toContain('webgl: 2 passed');
  expect(lastLine).toBe('4 passed, 0 failed, 0 expected to fail, 0 skipped, 0 backends unavailable');
  expect(exitCode).toBe(0);
});

it('asks a WebDriver server for what it is told to', async ({ skip }) => {
  const driver = matchingDriver();
  if (driver instanceof Error) return skip(driver.message);
  const url = await startDriver(driver);
  const { exitCode, stdout } = await conformance(
    ...narrow,
    '--browser',
    url,
    '--capabilities',
    '{"browserName":"lynx"}',
  );
  expect(stdout).toMatch(/^webgl: unavailable: no browser: .*match.*$/m);
  expect(exitCode).toBe(1);
});

it('serves one browser at a time, and names targets by what it says that it is', async ({ skip }) => {
  const reason = whyNot('webkit');
  const driver = findDriver('webkit', 'http://127.0.0.1');
  if (reason !== undefined || typeof driver === 'string') return skip(String(reason));
  const { display, child: xvfb } = await startXvfb();
  started.push(() => xvfb.kill());
  const port = 20_000 + (process.pid % 20_000);
  const child = spawn(driver.program, driver.args(port), {
    stdio: 'ignore',
    env: { ...process.env, DISPLAY: display },
  });
  started.push(() => child.kill());
  const capabilities = ['--capabilities', JSON.stringify(driver.capabilities)];
  const { exitCode, stdout, lastLine } = await conformance(
    fixture('own-head.mjs'),
    '--backend',
    'chromium:cpu,chromium:wasm',
    '--filter',
    NARROW,
    '--jobs',
    '2',
    '--browser',
    `http://127.0.0.1:${port}/`,
    ...capabilities,
  );
  expect(stdout).toMatch(/^webkit:cpu: 2 passed/m);
  expect(stdout).toMatch(/^webkit:wasm: 2 passed/m);
  expect(lastLine).toBe('4 passed, 0 failed, 0 expected to fail, 0 skipped, 0 backends unavailable');
  expect(exitCode).toBe(0);
});

it('says that there is no server', async () => {
  const { exitCode, stdout, lastLine } = await conformance(...narrow, '--browser', 'ws://127.0.0.1:9/');
  expect(stdout).toMatch(/^webgl: unavailable: no browser: .*ECONNREFUSED/m);
  expect(lastLine).toMatch(/^0 passed, .* 2 backends unavailable$/);
  expect(exitCode).toBe(1);
});

it('fails by name where a WebDriver server is silent, and closes a browser that comes late', async () => {
  const server = await slowServer();
  server.onAsked((count) => {
    if (count === 2) server.give('firefox'); // Nobody waits for the first any more.
  });
  const { exitCode, stdout, lastLine } = await conformance(...oneBackend, '--silence', '5', '--browser', server.url);
  expect(stdout).toMatch(/^chromium:cpu: 0 passed, 2 failed/m);
  expect(stdout).toContain('it said nothing for 5 s while it starts the browser');
  expect(lastLine).toMatch(/^0 passed, 2 failed/);
  expect(exitCode).toBe(1);
  expect(server.closed).toEqual(['/session/1']);
});

it('can be interrupted where a WebDriver server is silent', async () => {
  const server = await slowServer();
  const child = execa(process.execPath, [main, ...oneBackend, '--browser', server.url], { reject: false });
  server.onAsked(() => void child.kill('SIGINT'));
  const { exitCode, stderr } = await child;
  expect(stderr).toBe('Interrupted: there is no report.');
  expect(exitCode).toBe(130);
});

it('closes a browser that comes when its session is over', async () => {
  const server = await slowServer();
  const over = new AbortController();
  const session = runInPage(
    { url: 'http://127.0.0.1:9/', build: () => Promise.reject(new Error('Nobody wants the page.')) },
    { browser: 'chromium', gpu: false, remote: new URL(server.url), onOutput: () => {} },
    {} as Parameters<typeof runInPage>[2],
    over.signal,
  );
  await session.next();
  const asked = new Promise((resolve) => server.onAsked(resolve));
  const pending = session.next();
  await asked;
  over.abort();
  const ended = session.return(undefined);
  server.give('chrome');
  await Promise.all([pending, ended]);
  expect(server.closed).toEqual(['/session/1']);
});

it('closes a browser that does not do as it is told, before the page is built', async () => {
  const server = await slowServer({ refused: '/timeouts' });
  server.onAsked(() => server.give('chrome'));
  let isBuilt = false;
  const session = runInPage(
    { url: 'http://127.0.0.1:9/', build: async () => void (isBuilt = true) },
    { browser: 'chromium', gpu: false, remote: new URL(server.url), onOutput: () => {} },
    {} as Parameters<typeof runInPage>[2],
    new AbortController().signal,
  );
  const said = [];
  for await (const message of session) said.push(message);
  expect(said).toEqual([
    { type: 'begins', what: 'starts the browser' },
    { type: 'unavailable', reason: 'no browser: it has no time' },
  ]);
  expect(server.closed).toEqual(['/session/1']);
  expect(isBuilt).toBe(false);
});

/** A WebDriver server that has no browser until it is told to give one, to whoever asked first. */
async function slowServer({ refused }: { readonly refused?: string } = {}) {
  const waiting: ServerResponse[] = [];
  const closed: string[] = [];
  let [asked, given] = [0, 0];
  let onAsked: (count: number) => void = () => {};
  const answer = (response: ServerResponse, value: unknown): void =>
    void response.setHeader('content-type', 'application/json').end(JSON.stringify({ value }));
  const server = createServer((request, response) => {
    const { method, url = '' } = request.resume();
    if (method === 'POST' && url === '/session') {
      waiting.push(response);
      return onAsked(++asked);
    }
    if (method === 'DELETE') closed.push(url);
    if (refused !== undefined && url.endsWith(refused)) {
      response.statusCode = 400;
      return answer(response, { error: 'invalid argument', message: 'it has no time', stacktrace: '' });
    }
    answer(response, null);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  started.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    closed,
    onAsked: (then: typeof onAsked) => void (onAsked = then),
    give: (browserName: string) => {
      const capabilities = { browserName, browserVersion: '1' };
      answer(waiting.shift() as ServerResponse, { sessionId: String(++given), capabilities });
    },
  };
}

/** A chromedriver of the same version as the browser, or why there is none. */
function matchingDriver(): string | Error {
  const browser = chromiumPath();
  if (browser === undefined) return new Error('There is no Chromium that a chromedriver would find.');
  try {
    const [ofBrowser, ofDriver] = [browser, 'chromedriver'].map((program) => majorVersion(program));
    return ofBrowser === ofDriver
      ? 'chromedriver'
      : new Error(`chromedriver is of version ${ofDriver}, ${browser} of ${ofBrowser}.`);
  } catch (error) {
    return new Error(`There is no chromedriver (Debian: apt-get install chromium-driver): ${(error as Error).message}`);
  }
}

function majorVersion(program: string): string | undefined {
  return /\d+/.exec(
    execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  )?.[0];
}

/** Starts a driver on a free port. */
async function startDriver(program: string): Promise<string> {
  const child: ChildProcess = spawn(program, ['--port=0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(() => child.kill());
  let printed = '';
  for (;;) {
    const [chunk] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    printed += chunk;
    const port = /started successfully on port (\d+)/.exec(printed)?.[1];
    if (port !== undefined) return `http://127.0.0.1:${port}/`;
  }
}
