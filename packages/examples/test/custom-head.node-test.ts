import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  commandsOf,
  emptyFolder,
  filtered,
  plainEnvironment,
  reportIn,
  type,
  typeInBrowsers,
} from './as-a-stranger.js';

const repository = join(import.meta.dirname, '..', '..', '..');

it('is a head of at most 30 lines', () => {
  const path = join(repository, 'packages', 'examples', 'custom-head', 'src', 'quantile-head.js');
  const code = readFileSync(path, 'utf8').replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
  expect(code.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(30);
});

describe('in an empty folder', () => {
  const folder = emptyFolder('custom-head');
  const { begin, inBrowsers } = commandsOf('custom-head');

  // What tfjs does on each backend is another step's.
  beforeAll(() => type(filtered(begin, 'QuantileHead'), folder));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('takes the three commands of the README', () => {
    expect(begin).toHaveLength(3);
  });

  it('passes on every backend, with a report', () => {
    const { runs } = reportIn(folder);
    expect(runs.map(({ target }) => target)).toEqual(['cpu', 'wasm', 'webgl', 'webgpu']);
    for (const { target, unavailable, cases } of runs) {
      const own = cases.filter(({ subject }) => subject === 'QuantileHead');
      expect(unavailable, target).toBeUndefined();
      expect(own.length, target).toBeGreaterThan(100);
      expect(
        own.filter(({ status }) => status !== 'pass'),
        target,
      ).toEqual([]);
    }
    expect(readFileSync(join(folder, 'report', 'report.html'), 'utf8')).toContain('QuantileHead');
    expect(readFileSync(join(folder, 'report', 'junit.xml'), 'utf8')).toContain('QuantileHead:law:');
  });

  it('passes in Firefox and WebKit, where they are, by the commands of the README', async ({ skip }) => {
    const { runs, missing } = await typeInBrowsers(inBrowsers, folder, 'QuantileHead:law');
    if (runs.length === 0) skip(missing.join('; '));
    for (const { target, cases } of runs) {
      expect(cases.length, target).toBeGreaterThan(20);
      expect(cases.filter(({ status }) => status !== 'pass' && status !== 'xfail')).toEqual([]);
    }
  });

  it('passes as tests of vitest', async () => {
    const { stdout } = await execa('npx', ['vitest', 'run', '--reporter=json'], { cwd: folder, ...plainEnvironment() });
    const { numPassedTests, numFailedTests } = JSON.parse(stdout) as { numPassedTests: number; numFailedTests: number };
    expect(numPassedTests).toBeGreaterThan(0);
    expect(numFailedTests).toBe(0);
  });

  it('has types that hold in JavaScript', async () => {
    const flags = [
      '--noEmit',
      '--allowJs',
      '--checkJs',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2022',
    ];
    const files = ['src/quantile-head.js', 'test/quantile-head.test.js'].map((path) => join(folder, path));
    const { all } = await execa('tsc', [...flags, ...files], {
      cwd: folder,
      preferLocal: true,
      localDir: repository,
      reject: false,
      all: true,
    });
    expect(all).toBe('');
  });
});
