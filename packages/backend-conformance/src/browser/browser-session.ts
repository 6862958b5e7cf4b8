import type { Browser, EngineVersion } from '../engine.js';

/** A page in a browser of its own: as much of it as the suite needs, so that any protocol will do. */
export interface BrowserSession {
  /** What it says that it is. */
  readonly engine: EngineVersion;
  open(url: string): Promise<void>;
  /** Evaluates a JavaScript expression in the page, and waits where it is a promise; its value must be plain JSON. */
  evaluate(expression: string): Promise<unknown>;
  /** Ends the browser; what is under way fails. */
  close(): Promise<void>;
  /** The same at once, where it does not matter what it leaves of itself. Default: `close`. */
  kill?(): void;
}

/** How a browser is to be had. */
export interface BrowserSettings {
  readonly browser: Browser;
  /** `ws:` a Playwright server, `http:` a WebDriver server (Selenium Grid, chromedriver). Default: a browser of this machine. */
  readonly remote?: URL | undefined;
  /** What to ask a WebDriver server for. Default: a browser of that kind, with what it needs for a GPU in software. */
  readonly capabilities?: Readonly<Record<string, unknown>> | undefined;
  /** Uses the machine's GPU, not the software GPU. */
  readonly gpu: boolean;
  /** Gets what the page prints, where the protocol tells. */
  readonly onOutput: (text: string) => void;
}

/**
 * Starts a browser.
 *
 * @param origin Of the page to be opened, which must be allowed what secure pages are allowed: WebGPU.
 */
export async function startBrowser(settings: BrowserSettings, origin: string): Promise<BrowserSession> {
  const { browser, remote } = settings;
  if (remote === undefined && browser !== 'chromium') {
    const { startLocalDriver } = await import('./local-driver.js');
    return startLocalDriver(browser, settings, origin);
  }
  const { startLocal, startPlaywright } = await import('./playwright.js');
  if (remote === undefined) return startLocal(settings, origin);
  if (remote.protocol.startsWith('ws')) return startPlaywright(remote, settings, origin);
  const { startWebDriver } = await import('./webdriver.js');
  return startWebDriver(remote, settings, origin);
}
