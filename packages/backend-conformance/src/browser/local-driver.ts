import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { guard, killAll } from '../node/guard.js';
import { Tail } from '../node/tail.js';
import type { BrowserSession, BrowserSettings } from './browser-session.js';
import { type Display, startDisplay } from './display.js';
import { type Driven, type DriverHere, findDriver } from './drivers.js';
import { startWebDriver } from './webdriver.js';

const START = 30_000; // ms
const QUIT = 5000; // ms; a page that hangs does not keep it open longer
const POLL = 100; // ms

/** Starts a driver for this session alone, which starts its browser, on a display of its own where there is none. Both end with it. */
export async function startLocalDriver(
  browser: Driven,
  settings: BrowserSettings,
  origin: string,
): Promise<BrowserSession> {
  const driver = findDriver(browser, origin);
  if (typeof driver === 'string') throw new Error(driver);
  const display = await startDisplay();
  const ended: (() => void)[] = [display.close];
  const end = (): void => {
    for (const close of ended.splice(0).toReversed()) close();
  };
  try {
    const { url, close } = await started(driver, display, settings);
    ended.push(close);
    const session = await startWebDriver(new URL(url), { ...settings, capabilities: driver.capabilities }, origin);
    return {
      ...session,
      close: async () => {
        await Promise.race([session.close().catch(() => {}), sleep(QUIT, undefined, { ref: false })]);
        end();
      },
      kill: end,
    };
  } catch (error) {
    end();
    throw error;
  }
}

interface Running {
  readonly url: string;
  readonly close: () => void;
}

async function started(
  { program, args }: DriverHere,
  { env }: Display,
  { gpu, onOutput }: BrowserSettings,
): Promise<Running> {
  const port = await freePort();
  const child = spawn(program, args(port), {
    env: { ...process.env, ...env, ...(gpu ? {} : softwareGpu()) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32', // a group of its own with its browser, to be killed as one
  });
  const said = new Tail();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said.add(text);
      onOutput(text);
    });
  }
  const release = guard().adopt(child.pid);
  const close = (): void => {
    killAll(child.pid);
    release();
  };
  try {
    const url = `http://127.0.0.1:${port}/`;
    await answers(url, child, () => said.text);
    return { url, close };
  } catch (error) {
    close();
    throw new Error(`${program}: ${(error as Error).message}`, { cause: error });
  }
}

/** Waits until a driver says that it is ready. */
async function answers(url: string, child: ChildProcess, said: () => string): Promise<void> {
  let over: string | undefined;
  child.once('error', (error) => (over = error.message));
  child.once('close', (code) => (over ??= `it ended with exit code ${code}; its last words: ${said()}`));
  for (const end = Date.now() + START; Date.now() < end; await sleep(POLL)) {
    if (over !== undefined) throw new Error(over);
    const isReady = await fetch(`${url}status`, { signal: AbortSignal.timeout(START) }).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return;
  }
  throw new Error(`it was not ready within ${START / 1000} s`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Mesa's drivers in software, so that it is the same everywhere. */
function softwareGpu(): NodeJS.ProcessEnv {
  if (process.platform !== 'linux') return {};
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const vulkan = ['', `.${machine}`]
    .map((suffix) => `/usr/share/vulkan/icd.d/lvp_icd${suffix}.json`)
    .find((path) => existsSync(path));
  return { LIBGL_ALWAYS_SOFTWARE: '1', ...(vulkan !== undefined && { VK_ICD_FILENAMES: vulkan }) };
}
