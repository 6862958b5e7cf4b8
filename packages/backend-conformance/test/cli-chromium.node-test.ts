import { readdir, readFile, rm } from 'node:fs/promises';
import { afterAll, expect, it } from 'vitest';
import { conformance, emptyFolder, fixture, NARROW } from './cli-support.js';

const folder = await emptyFolder();
afterAll(() => rm(folder, { recursive: true }));

it('runs heads and checks of others on webgl, in a real Chromium, beside a backend of Node', async () => {
  const { exitCode, stdout, lastLine } = await conformance(
    fixture('own-family.mjs'),
    '--backend',
    'cpu,webgl',
    '--filter',
    `Mine${NARROW.slice(1)}`,
    '--filter',
    '*:names',
    '--require',
    'webgl',
  );
  expect(stdout).toMatch(/^webgl: 5 cases on .*Chrome/m);
  for (const target of ['cpu', 'webgl'])
    expect(stdout).toMatch(
      new RegExp(`^FAILED ${target} Nameless:names:given:name=a\\n {4}the name: got undefined, expected "?a`, 'm'),
    );
  expect(stdout).toContain('Demanded: A head has the name that it is given.');
  expect(lastLine).toMatch(/^8 passed, 2 failed/);
  expect(exitCode).toBe(1);
});

it('finds the binaries of wasm in the page', async () => {
  const { lastLine } = await conformance('--backend', 'chromium:wasm', '--filter', `RegressionHead${NARROW.slice(1)}`);
  expect(lastLine).toMatch(/^2 passed, 0 failed/);
});

it('says what is wrong with a module that does not load in a page', async () => {
  const { exitCode, stdout } = await conformance(
    fixture('node-only.mjs'),
    '--backend',
    'chromium:cpu',
    '--filter',
    NARROW,
  );
  expect(stdout).toMatch(
    /FAILED chromium:cpu Mine:.*\n {4}.*node-only\.mjs does not load: process is not defined\n {4}at .*cli-fixtures\/node-only\.mjs:3:\d+$/m,
  );
  expect(exitCode).toBe(1);
});

it('builds a page that can be served from any path', async () => {
  const { exitCode, lastLine } = await conformance('page', fixture('own-head.mjs'), '--out', folder);
  expect(lastLine).toContain(`Written: ${folder}`);
  expect(exitCode).toBe(0);
  expect(await readdir(folder)).toEqual(['assets', 'index.html']);
  expect(await readFile(`${folder}/index.html`, 'utf8')).toContain('src="./assets/');
  expect(await readdir(`${folder}/assets`)).toContainEqual(expect.stringMatching(/^tfjs-backend-wasm-simd.*\.wasm$/));
});
