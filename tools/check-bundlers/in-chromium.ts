import { chromium, type Browser } from 'playwright';
import { chromiumHere } from '../test/chromium.js';

/** What app/program.js returns. */
export interface Outcome {
  readonly lines: readonly string[];
  /** Why each candidate was not chosen. */
  readonly reasons: Readonly<Record<string, string | undefined>>;
  /** What each repair found. */
  readonly repairs: Readonly<Record<string, string>>;
}

export function launch(): Promise<Browser> {
  return chromium.launch(chromiumHere().launch);
}

/** Opens a page that defines `program`, and runs that. */
export async function runProgram(browser: Browser, url: string, options: object): Promise<Outcome> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  try {
    await page.goto(url);
    await page.waitForFunction('globalThis.program', undefined, { timeout: 300_000 });
    return await page.evaluate<Outcome>(`program(${JSON.stringify(options)})`);
  } catch (error) {
    throw new Error([...errors, (error as Error).message].join('; '), { cause: error });
  } finally {
    await page.close();
  }
}
