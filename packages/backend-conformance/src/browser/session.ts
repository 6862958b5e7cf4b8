import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../reason.js';
import type { SessionMessage, SessionRequest } from '../session.js';
import { startBrowser, type BrowserSession, type BrowserSettings } from './browser-session.js';

const POLL = 200; // ms
const LOAD = 60_000; // ms

/**
 * Runs a session in a page of a browser of its own, which is closed when the signal aborts.
 *
 * @throws Error where the page does not load, breaks off or dies
 */
export async function* runInPage(
  url: string,
  settings: BrowserSettings,
  request: SessionRequest,
  signal: AbortSignal,
): AsyncGenerator<SessionMessage> {
  let browser: BrowserSession;
  try {
    browser = await startBrowser(settings, new URL(url).origin);
  } catch (error) {
    const [reason] = reasonOf(error).split('\n'); // Advice and logs follow.
    yield { type: 'unavailable', reason: `no browser: ${reason}` };
    return;
  }
  // What is under way fails then, also where the page hangs.
  const stop = (): void => void browser.close().catch(() => {});
  signal.addEventListener('abort', stop);
  try {
    signal.throwIfAborted();
    await browser.open(url);
    await waitForPage(browser);
    await browser.evaluate(`conformance.start(${JSON.stringify(request)})`);
    for (;;) {
      // As a string: protocols differ in what they make of null and of nested values.
      const message = JSON.parse((await browser.evaluate('conformance.next().then(JSON.stringify)')) as string) as SessionMessage | null;
      if (message === null) return;
      yield message;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await browser.close().catch(() => {}); // It may be gone already.
  }
}

async function waitForPage(browser: BrowserSession): Promise<void> {
  for (const end = Date.now() + LOAD; Date.now() < end; await sleep(POLL)) {
    const state = await browser.evaluate(`globalThis.conformanceError ?? ('conformance' in globalThis)`);
    if (state === true) return;
    if (typeof state === 'string') throw new Error(`the page did not load: ${state}`);
  }
  throw new Error(`the page did not load within ${LOAD / 1000} s`);
}
