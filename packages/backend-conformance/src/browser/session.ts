import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../channel/job.js';
import { checkMessage } from '../channel/message.js';
import { opener } from '../channel/seal.js';
import { DRIVEN } from '../driven.js';
import { reasonOf } from '@tfjs-heads/conformance-kit/host';
import type { HomeMessage } from '../engine.js';
import { startBrowser, type BrowserSession, type BrowserSettings } from './browser-session.js';

const POLL = 200; // ms
const LOAD = 60_000; // ms

/** A page that is served. It need not be there before a browser is: where there is none, nobody wants it. */
export interface LazyPage {
  readonly url: string;
  /** Makes it, the first time. */
  build(): Promise<void>;
}

/**
 * Does a job in a page of a browser of its own, which is closed when the signal aborts.
 *
 * @throws Error where the page does not load, breaks off or dies, or where something in it speaks for the suite
 */
export async function* runInPage(
  { url, build }: LazyPage,
  settings: BrowserSettings,
  task: Omit<Job, 'key'>,
  signal: AbortSignal,
): AsyncGenerator<HomeMessage> {
  yield { type: 'begins', what: 'starts the browser' };
  let browser: BrowserSession;
  try {
    browser = await startBrowser(settings, new URL(url).origin);
  } catch (error) {
    const [reason] = reasonOf(error).split('\n'); // Advice and logs follow.
    yield { type: 'unavailable', reason: `no browser: ${reason}` };
    return;
  }
  // What is under way fails then, also where the page hangs.
  const stop = (): void => {
    if (browser.kill !== undefined) browser.kill();
    else void browser.close().catch(() => {});
  };
  signal.addEventListener('abort', stop);
  try {
    yield { type: 'engine', ...browser.engine }; // Where nobody waits for it any more, this is the end.
    signal.throwIfAborted();
    yield { type: 'begins', what: 'builds the page' };
    await build();
    signal.throwIfAborted();
    yield { type: 'begins', what: 'opens the page' };
    await browser.open(`${url}${DRIVEN}`);
    await waitForPage(browser);
    const job: Job = { key: randomBytes(16).toString('hex'), ...task };
    const open = opener(job.key);
    await browser.evaluate(`conformance.start(${JSON.stringify(job)})`);
    for (;;) {
      const line = await browser.evaluate('conformance.next()');
      if (line === '') return;
      yield checkMessage(open(String(line)));
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await browser.close().catch(() => {}); // It may be gone already.
  }
}

async function waitForPage(browser: BrowserSession): Promise<void> {
  for (const end = Date.now() + LOAD; Date.now() < end; await sleep(POLL)) {
    if ((await browser.evaluate(`'conformance' in globalThis`)) === true) return;
  }
  throw new Error(`the page did not load within ${LOAD / 1000} s`);
}
