import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { findDriver } from '../src/browser/drivers.js';
import { conformance, emptyFolder, fixture, main, NARROW, queriesOf, reportIn } from './cli-support.js';
import { whyNot } from './in-drivers.js';

const folder = await emptyFolder();
afterAll(() => rm(folder, { recursive: true }));

/** WebGL and WebGPU in software take long; `npm run conformance:engines` has all of it. */
describe.each([
  ['webkit', 'WebKitGTK MiniBrowser', ['webkit:cpu', 'webkit:wasm']],
  ['firefox', 'Firefox', ['firefox:cpu', 'firefox:wasm']],
] as const)('%s', (browser, name, targets) => {
  it('runs a head of others by a driver that the command starts', async ({ skip }) => {
    const reason = whyNot(browser);
    if (reason !== undefined) return skip(reason);
    const { exitCode, lastLine } = await conformance(
      fixture('own-head.mjs'),
      '--backend',
      targets.join(),
      '--require',
      targets.join(),
      '--filter',
      NARROW,
      '--out',
      folder,
    );
    expect(lastLine).toMatch(/^4 passed, 0 failed/);
    expect(exitCode).toBe(0);
    const { runs } = await reportIn(folder);
    expect(runs.map(({ target }) => target)).toEqual(targets);
    for (const run of runs) {
      expect(queriesOf(run, 'pass')).toHaveLength(2);
      expect(run.engine).toMatchObject({ name, version: expect.stringMatching(/^\d+\.\d+/) as string });
      expect(run.record?.environment).toBe('browser');
    }
  });
});

describe('what is missing is unavailable, with the package to install', () => {
  const withPath = (path: string, backend: string) =>
    execa(process.execPath, [main, fixture('own-head.mjs'), '--backend', backend, '--filter', NARROW], {
      reject: false,
      extendEnv: false,
      env: { PATH: path, HOME: '/nowhere' },
    });

  it.skipIf(process.platform === 'darwin').each([
    [
      'webkit:cpu',
      'webkit:cpu: unavailable: no browser: WebKitWebDriver was not found: apt-get install webkit2gtk-driver',
    ],
    ['firefox:webgpu', 'firefox:webgpu: unavailable: no browser: geckodriver was not found: cargo install geckodriver'],
  ])('%s', async (backend, line) => {
    const { exitCode, stdout } = await withPath('/nowhere', backend);
    expect(stdout).toContain(line);
    expect(exitCode).toBe(1);
  });

  it('the display', async ({ skip }) => {
    const driver = findDriver('webkit', 'http://127.0.0.1');
    if (typeof driver === 'string' || process.platform !== 'linux') return skip(String(driver));
    const path = join(folder, 'bin');
    await mkdir(path);
    await symlink(driver.program, join(path, 'WebKitWebDriver'));
    const { exitCode, stdout } = await withPath(path, 'webkit:cpu');
    expect(stdout).toContain('no browser: there is no display, and no Xvfb to make one: apt-get install xvfb');
    expect(exitCode).toBe(1);
  });
});
