import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { chromiumFlags, chromiumPath } from '../browser/chromium.mjs';

/** Opens pages in a real Chromium. A test fails where a page said anything on its console or threw. */
export function inChromium(): (url: string, options?: BrowserContextOptions) => Promise<Page> {
  let browser: Browser;
  const complaints: string[] = [];
  beforeAll(async () => {
    const executablePath = chromiumPath();
    browser = await chromium.launch({
      args: [...chromiumFlags],
      ...(executablePath === undefined ? {} : { executablePath }),
    });
  });
  afterAll(() => browser.close());
  afterEach(() => {
    expect(complaints.splice(0)).toEqual([]);
  });
  return async (url, options) => {
    const page = await browser.newPage(options);
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url);
    return page;
  };
}
