import { chromium, type Browser } from 'playwright-core';
import { chromiumPath } from '#chromium';
import type { BrowserSession, BrowserSettings } from './browser-session.js';
import { flagsFor } from './flags.js';

/** Starts the Chromium of this machine. */
export async function startLocal(settings: BrowserSettings, origin: string): Promise<BrowserSession> {
  const executablePath = chromiumPath();
  const starting = chromium.launch({
    args: flagsFor(settings, origin),
    // Where no program was found, Playwright knows where other systems keep Chrome.
    ...(executablePath === undefined ? { channel: 'chrome' } : { executablePath }),
    // The command line ends it, and cleans up more than that.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  const browser = await starting.catch((error: unknown) => {
    if (executablePath !== undefined) throw error;
    throw new Error(
      'none was found; `npx playwright-core install chromium` installs one, and CHROMIUM_PATH names one',
      { cause: error },
    );
  });
  return sessionOf(browser, settings);
}

/** Has a Playwright server (`npx playwright run-server`, of the same version as playwright-core) start one. */
export async function startPlaywright(
  { href }: URL,
  settings: BrowserSettings,
  origin: string,
): Promise<BrowserSession> {
  const launchOptions = JSON.stringify({ args: flagsFor(settings, origin) });
  return sessionOf(
    await chromium.connect(href, { headers: { 'x-playwright-launch-options': launchOptions } }),
    settings,
  );
}

async function sessionOf(browser: Browser, { onOutput }: BrowserSettings): Promise<BrowserSession> {
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  page.on('console', (message) => onOutput(message.text()));
  page.on('pageerror', (error) => onOutput(error.message));
  return {
    engine: { name: 'Chromium', version: browser.version() },
    open: async (url) => void (await page.goto(url)),
    evaluate: (expression) => page.evaluate(expression),
    close: () => browser.close(),
  };
}
