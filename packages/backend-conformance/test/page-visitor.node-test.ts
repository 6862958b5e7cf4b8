import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, preview, type PreviewServer } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseVisitorQuery } from '../src/page/visitor-query.js';
import { readReport } from '../src/report/index.js';
import { browserOf } from '../src/report/user-agent.js';
import type { ConformanceReport } from '../src/report/format.js';
import { inChromium } from './in-chromium.js';
import { sample } from './report-sample.js';

const open = inChromium();
const packages = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
let server: PreviewServer;
let address: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  const outDir = join(folder, 'out');
  const root = fileURLToPath(new URL('visitor', import.meta.url));
  const alias = [
    { find: /^@tfjs-heads\/([^/]+)$/, replacement: `${packages}/$1/src/index.ts` },
    { find: '../gradients.js', replacement: `${packages}/backends/dist/gradients.js` }, // made by the build alone
  ];
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { alias, dedupe: ['@tensorflow/tfjs-core'] },
    build: { outDir, target: 'es2022' },
  });
  server = await preview({
    root,
    configFile: false,
    logLevel: 'error',
    preview: { host: '127.0.0.1', port: 0 },
    build: { outDir },
  });
  address = server.resolvedUrls?.local[0] as string;
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

describe("the visitor's page", () => {
  it('runs what is chosen in this browser, shows it and saves it as a report', async () => {
    const page = await open(address);
    for (const name of ['webgpu', 'webgl']) await page.getByRole('checkbox', { name }).uncheck();
    await page.getByRole('searchbox', { name: 'Queries' }).fill('RegressionHead:law:mean-is-sum-over-size *:names');
    const status = page.getByRole('status');
    expect(await status.textContent()).toBe('3 cases on 2 backends');
    await page.getByRole('checkbox', { name: 'names given' }).uncheck(); // a family of its own, with its checks
    expect(await status.textContent()).toBe('2 cases on 2 backends');
    await page.getByRole('checkbox', { name: 'names given' }).check();
    await page.getByRole('button', { name: 'Run' }).click();
    await expect.poll(() => status.textContent()).toBe('Done.');
    expect(await page.locator('.verdict').textContent()).toBe('6 cases passed and none failed, on 2 backends.');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save JSON' }).click(),
    ]);
    const report = await readReport(await download.path());
    expect(report.runs.map(({ target, cases }) => [target, cases.length])).toEqual([
      ['chrome:wasm', 3],
      ['chrome:cpu', 3],
    ]);
    const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(report.suite).toBe(manifest.version);
    expect(await page.getByRole('checkbox', { name: 'repair' }).isDisabled()).toBe(true);

    const [asPage] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save HTML' }).click(),
    ]);
    const path = join(folder, asPage.suggestedFilename());
    await asPage.saveAs(path);
    expect(await (await open(pathToFileURL(path).href)).locator('.verdict').textContent()).toBe(
      '6 cases passed and none failed, on 2 backends.',
    );
  });

  it('stops after the current case', async () => {
    const page = await open(address);
    await page.getByRole('checkbox', { name: 'webgpu' }).uncheck();
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => page.getByRole('status').textContent()).toBe('Stopped.');
    expect(await page.getByRole('button', { name: 'Run' }).isEnabled()).toBe(true);
  });

  it('opens a saved report, and says what is wrong with a file that is none', async () => {
    const page = await open(address);
    const file = (name: string, text: string) => ({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
    await page.locator('input[type=file]').setInputFiles(file('results.json', JSON.stringify(sample)));
    await expect.poll(() => page.locator('.verdict').textContent()).toBe('2 of 4 cases failed, on chromium:webgl.');
    await page.locator('input[type=file]').setInputFiles(file('other.json', '{}'));
    await expect.poll(() => page.getByRole('status').textContent()).toContain('other.json is no report of this suite');
  });

  it('keeps what the reader has chosen, opened and focused when a newer report comes', async () => {
    const page = await open(address);
    const show = async (report: ConformanceReport): Promise<void> => {
      const buffer = Buffer.from(JSON.stringify(report));
      await page
        .locator('input[type=file]')
        .setInputFiles({ name: 'results.json', mimeType: 'application/json', buffer });
      await page.getByText(`Suite ${report.suite}`).waitFor();
    };
    await show(sample);
    await page.getByRole('searchbox', { name: 'or part of' }).fill('rows=33');
    await page.getByText('1 repair').first().click();
    await page.getByRole('button', { name: 'RegressionHead on cpu' }).focus();
    await show({ ...sample, suite: '0.2.0' });
    expect(await page.getByRole('searchbox', { name: 'or part of' }).inputValue()).toBe('rows=33');
    expect(await page.locator('.cases tbody tr').count()).toBe(4);
    expect(await page.locator('.backend details[open]').count()).toBe(1);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toContain(
      'RegressionHead on cpu',
    );
  });

  it('greys out a backend that the browser lacks, with the reason', async () => {
    const page = await open('about:blank');
    await page.addInitScript(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
    await page.goto(address);
    const choice = page.getByRole('checkbox', { name: 'webgpu' });
    expect(await choice.isDisabled()).toBe(true);
    expect(await choice.isChecked()).toBe(false);
    expect(await page.getByText('this browser has no WebGPU').count()).toBe(1);
  });

  it('fits a phone', async () => {
    const page = await open(address, { viewport: { width: 380, height: 800 } });
    await page.getByRole('button', { name: 'Run' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(380);
  });
});

describe('the queries of a visitor', () => {
  it('combine words with families', () => {
    const families = ['op', 'golden', 'law', 'parity', 'training'] as const;
    expect(parseVisitorQuery('', families, families)).toEqual([]);
    expect(parseVisitorQuery('', ['law', 'op'], families)).toEqual(['*:law', '*:op']);
    expect(parseVisitorQuery(' RegressionHead  *:golden:loss:rows=2 ', ['golden', 'law'], families)).toEqual([
      'RegressionHead:golden',
      'RegressionHead:law',
      '*:golden:loss:rows=2',
    ]);
    expect(parseVisitorQuery('*:op', ['law'], families)).toBeUndefined();
    expect(parseVisitorQuery('', [], families)).toBeUndefined();
  });
});

describe('a browser', () => {
  it('is known by what it says of itself', () => {
    expect(
      browserOf('Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36 Edg/150.0'),
    ).toEqual({ name: 'Edge', version: '150' });
    expect(browserOf('curl/8')).toBeUndefined();
  });
});
