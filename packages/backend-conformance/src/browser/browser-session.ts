/** A page in a browser of its own: as much of it as the suite needs, so that any protocol will do. */
export interface BrowserSession {
  open(url: string): Promise<void>;
  /** Evaluates a JavaScript expression in the page, and waits where it is a promise; its value must be plain JSON. */
  evaluate(expression: string): Promise<unknown>;
  /** Ends the browser; what is under way fails. */
  close(): Promise<void>;
}

/** How a browser is to be had. */
export interface BrowserSettings {
  /** `ws:` a Playwright server, `http:` a WebDriver server (Selenium Grid, chromedriver). Default: the Chromium of this machine. */
  readonly remote?: URL | undefined;
  /** What to ask a WebDriver server for. Default: Chrome with the flags of the suite. */
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
  const { startLocal, startPlaywright } = await import('./playwright.js');
  if (settings.remote === undefined) return startLocal(settings, origin);
  if (settings.remote.protocol.startsWith('ws')) return startPlaywright(settings.remote, settings, origin);
  const { startWebDriver } = await import('./webdriver.js');
  return startWebDriver(settings.remote, settings, origin);
}
