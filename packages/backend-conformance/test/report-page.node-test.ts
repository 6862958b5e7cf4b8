import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toHtml } from '../src/report/index.js';
import { inChromium } from './in-chromium.js';
import { caseOf, harmful, reportOf, resultOf, runOf, sample } from './report-sample.js';

const open = inChromium();

let folder: string;
let address: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  const path = join(folder, 'report.html');
  await writeFile(path, toHtml(sample));
  address = pathToFileURL(path).href;
});
afterAll(() => rm(folder, { recursive: true }));

const rows = (page: Page): Promise<string[]> => page.locator('.cases tbody tr').allInnerTexts();
const queries = (page: Page): Promise<string[]> => page.locator('.c-case > a').allTextContents();

describe('the page of a report, from a file', () => {
  it('has the verdict, and a cell for each subject and backend with figure, word and counts', async () => {
    const page = await open(address);
    expect(await page.locator('.verdict').textContent()).toBe('2 of 4 cases failed, on chromium:webgl.');
    expect(await page.locator('.matrix thead th').allTextContents()).toEqual([
      'subject',
      'cpu',
      'chromium:webgl',
      'tensorflow-gpu',
    ]);
    const cells = await page
      .locator('.matrix button')
      .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label')));
    expect(cells).toEqual([
      'tfjs on cpu: 1 pass; worst 0 of the allowed error',
      'tfjs on chromium:webgl: 1 xfail',
      'RegressionHead on cpu: 1 pass, 1 skip; worst 0.25 of the allowed error',
      'RegressionHead on chromium:webgl: 1 fail, 1 xpass; worst 14.2 of the allowed error',
    ]);
    expect(await page.locator('.matrix .unavailable').innerText()).toContain('no CUDA device');
    await page.getByText('1 known divergence').click();
    expect(await page.locator('.divergences').innerText()).toContain('1 on chromium:webgl');
  });

  it('shows the cases of a cell, by mouse and by keyboard, the worst first', async () => {
    const page = await open(address);
    await page.getByRole('button', { name: 'RegressionHead on chromium:webgl' }).click();
    expect(await queries(page)).toEqual(['RegressionHead:law:mean:rows=33', 'RegressionHead:golden:loss:rows=2']);
    await page.getByRole('button', { name: 'RegressionHead on cpu' }).focus();
    await page.keyboard.press('Enter');
    expect(await queries(page)).toEqual(['RegressionHead:golden:loss:rows=2', 'RegressionHead:law:mean:rows=33']);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Cases');
    expect((await rows(page))[1]).toMatch(
      /pass[\s\S]*0\.25[\s\S]*the loss\[3\][\s\S]*1\.25000000\s*got\s*1\.50000000\s*expected/,
    );
  });

  it('filters by query, by words and by choice, sorts, and takes it all back', async () => {
    const page = await open(address);
    const search = page.getByRole('searchbox');
    await search.fill('*:*:*:rows=33');
    expect(await rows(page)).toHaveLength(4);
    await page.getByLabel('Family').selectOption('op');
    expect(await rows(page)).toHaveLength(2);
    await search.fill('COARSE');
    expect(await queries(page)).toEqual(['tfjs:op:sum:rows=33']);
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await rows(page)).toHaveLength(6);
    await page.locator('.counts').getByRole('button', { name: 'fail' }).first().click();
    expect(await queries(page)).toEqual(['RegressionHead:law:mean:rows=33']);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('button', { name: 'used/allowed' }).click();
    expect(await page.locator('.cases tbody .c-used .number').allTextContents()).toEqual([
      '>999',
      '14.2',
      '0.88',
      '0.25',
      '0',
    ]);
    expect(await page.locator('[aria-sort="descending"]').textContent()).toBe('used/allowed');
  });

  it('groups failures by what they say, says what was demanded, and shows those of a kind', async () => {
    const slope = (head: string, size: number, value: number) =>
      resultOf(caseOf(head, 'law', 'slope', size), 'fail', 2, {
        message: `the slope[${size}]: got ${value} \u202E`,
        states: 'The gradient is the slope.',
      });
    const other = resultOf(caseOf('A', 'law', 'mean', 1), 'fail', 2, { message: 'another' });
    const path = join(folder, 'causes.html');
    await writeFile(
      path,
      toHtml({
        ...reportOf(runOf('cpu', slope('A', 1, 0.5), other, slope('B', 2, 7))),
        problems: ['cpu: there are no results of shard 2/3'],
      }),
    );
    const page = await open(pathToFileURL(path).href);
    expect(await page.locator('.causes li').count()).toBe(2);
    expect(await page.locator('.causes li').first().innerText()).toContain('The gradient is the slope.');
    expect(await page.locator('.causes li').first().innerText()).toContain(String.raw`got 0.5 \u202e`);
    expect(await page.locator('.problems').innerText()).toContain('there are no results of shard 2/3');
    await page.locator('.causes button').first().click();
    expect(await queries(page)).toEqual(['A:law:slope:rows=1', 'B:law:slope:rows=2']);
    expect(await page.locator('.cases .states').count()).toBe(2);
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await queries(page)).toHaveLength(3);
  });

  it('says of a part that it is incomplete', async () => {
    const path = join(folder, 'incomplete.html');
    await writeFile(
      path,
      toHtml({
        ...reportOf(runOf('cpu', resultOf(caseOf('A', 'law', 'b', 1), 'pass'))),
        problems: ['wasm: it is gone'],
      }),
    );
    expect(await (await open(pathToFileURL(path).href)).locator('.verdict').textContent()).toBe(
      '1 case passed and none failed, but the report is incomplete.',
    );
  });

  it('has an address for each case, which shows it on all backends', async () => {
    const query = 'RegressionHead:golden:loss:rows=2';
    const page = await open(`${address}#${encodeURIComponent(query)}`);
    expect(await queries(page)).toEqual([query, query]);
    await page.getByRole('searchbox').fill('');
    expect(new URL(page.url()).hash).toBe('');
    await page.locator('.c-case > a', { hasText: 'tfjs:op:sum' }).first().click();
    await expect.poll(() => queries(page)).toEqual(['tfjs:op:sum:rows=33', 'tfjs:op:sum:rows=33']);
    expect(await page.locator('.cases .known a').getAttribute('href')).toBe(
      'https://github.com/tensorflow/tfjs/issues/8082',
    );
  });

  it('takes what a report holds for text', async () => {
    const page = await open(address);
    expect(await page.locator('.message').first().textContent()).toBe(harmful);
    expect(await page.title()).toBe('Backend conformance');
    expect(await page.locator('img').count()).toBe(0);
  });

  it('follows no address but those of the web', async () => {
    const expected = { reason: 'r', upstream: 'javascript:document.title="broken"' };
    const path = join(folder, 'address.html');
    await writeFile(
      path,
      toHtml(reportOf(runOf('cpu', resultOf(caseOf('A', 'law', 'b', 1), 'xfail', 2, { expected })))),
    );
    const page = await open(pathToFileURL(path).href);
    expect(await page.locator('.known').count()).toBe(1);
    expect(await page.locator('[href^="javascript"]').count()).toBe(0);
  });

  it('follows the reader between light and dark, and so does its button', async () => {
    const background = (shown: Page): Promise<string> =>
      shown.locator('#view').evaluate((view) => getComputedStyle(view).backgroundColor);
    const light = await open(address, { colorScheme: 'light' });
    const dark = await open(address, { colorScheme: 'dark' });
    const [bright, dim] = [await background(light), await background(dark)];
    expect(bright).not.toBe(dim);
    await light.getByRole('button', { name: 'Dark' }).click();
    expect(await background(light)).toBe(dim);
    await dark.getByRole('button', { name: 'Light' }).click();
    expect(await background(dark)).toBe(bright);
  });

  it('fits a phone', async () => {
    const page = await open(address, { viewport: { width: 380, height: 800 } });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(380);
  });

  it('tells colours apart from words well enough to read', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await open(address, { colorScheme });
      for (const selector of [
        '.cell .status',
        '.cell .tally',
        '.cases .status',
        '.message',
        '.known',
        '.meta',
        '.count .status',
        '.unavailable',
        'a',
      ]) {
        expect(
          Math.min(...(await page.locator(selector).evaluateAll(contrasts))),
          `${selector}, ${colorScheme}`,
        ).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it('is below 60 KB without its data', async () => {
    const path = join(folder, 'empty.html');
    await writeFile(path, toHtml(reportOf()));
    expect((await stat(path)).size).toBeLessThan(60_000);
    expect(await (await open(pathToFileURL(path).href)).locator('.verdict').textContent()).toBe('Nothing has passed.');
  });
});

/** The contrast of each element's text with what is behind it, by the formula of WCAG 2. Runs in the page. */
function contrasts(elements: (HTMLElement | SVGElement)[]): number[] {
  const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', {
    willReadFrequently: true,
  });
  if (context === null) throw new Error('no canvas');
  const luminance = (colours: readonly string[]): number => {
    for (const colour of colours) {
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
    }
    const [r = 0, g = 0, b = 0] = [...context.getImageData(0, 0, 1, 1).data].map((byte) =>
      byte <= 10 ? byte / 3294 : ((byte / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return elements.map((element) => {
    const behind: string[] = [];
    for (let ancestor: Element | null = element; ancestor !== null; ancestor = ancestor.parentElement)
      behind.unshift(getComputedStyle(ancestor).backgroundColor);
    const [a, b] = [luminance(behind), luminance([...behind, getComputedStyle(element).color])];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  });
}
