import { firefoxCapabilities } from './drivers.js';
import type { BrowserSession, BrowserSettings } from './browser-session.js';
import { flagsFor } from './flags.js';

// Half a minute by default; a case on a GPU in software may take longer. A driver waits for a page that hangs no longer than this, either.
const LONGEST_CASE = 120_000; // ms

/** Has a WebDriver server start a browser. */
export async function startWebDriver(
  { href }: URL,
  settings: BrowserSettings,
  origin: string,
): Promise<BrowserSession> {
  const { Builder } = await import('selenium-webdriver').catch((error: unknown) => {
    throw new Error('A WebDriver server needs the package selenium-webdriver: npm install selenium-webdriver', {
      cause: error,
    });
  });
  const capabilities = settings.capabilities ?? defaultCapabilities(settings, origin);
  const driver = await new Builder().usingServer(href).withCapabilities(capabilities).build();
  try {
    await driver.manage().setTimeouts({ script: LONGEST_CASE });
    const said = await driver.getCapabilities();
    return {
      engine: { name: nameOf(said.getBrowserName()), version: said.getBrowserVersion() ?? 'unknown' },
      open: (url) => driver.get(url),
      evaluate: (expression) => driver.executeScript(`return (${expression});`),
      close: () => driver.quit(),
    };
  } catch (error) {
    await driver.quit().catch(() => {}); // Nobody else knows that it is open.
    throw error;
  }
}

/** As people write it. */
const names: Readonly<Record<string, string>> = {
  firefox: 'Firefox',
  chrome: 'Chrome',
  'chrome-headless-shell': 'Chrome',
  msedge: 'Edge',
  safari: 'Safari',
  MiniBrowser: 'WebKitGTK MiniBrowser',
};

function nameOf(browserName = 'unknown'): string {
  return names[browserName] ?? browserName;
}

/** One of WebKit is asked for by no name: it has several, and a driver of its own. */
function defaultCapabilities(settings: BrowserSettings, origin: string): Readonly<Record<string, unknown>> {
  if (settings.browser === 'webkit') return {};
  if (settings.browser === 'firefox') return firefoxCapabilities(origin);
  return { browserName: 'chrome', 'goog:chromeOptions': { args: flagsFor(settings, origin) } };
}
