import { rm } from 'node:fs/promises';
import { fill, setBackend, sum } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsOf, emptyFolder, reportIn, type, typeInBrowsers } from './as-a-stranger.js';

await import('../custom-backend/src/my-backend.js');

it('its own kernel is right to the last bit', async () => {
  await setBackend('my-backend');
  expect(await sum(fill([1_000_003], 0.1)).data()).toEqual(Float32Array.of(1_000_003 * Math.fround(0.1)));
});

describe('in an empty folder', () => {
  const folder = emptyFolder('custom-backend');
  const { begin, inBrowsers } = commandsOf('custom-backend');

  beforeAll(() => type(begin, folder));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('takes the three commands of the README', () => {
    expect(begin).toHaveLength(3);
  });

  it('is certified by itself, and with every head on it', () => {
    const [run, ...others] = reportIn(folder).runs;
    expect(others).toEqual([]);
    expect(run?.target).toBe('my-backend');
    expect(new Set(run?.cases.map(({ subject }) => subject)).size).toBeGreaterThan(3);
    expect(run?.cases.filter(({ status }) => status === 'pass').length).toBeGreaterThan(900);
    expect(run?.cases.filter(({ status }) => status !== 'pass' && status !== 'xfail')).toEqual([]);
  });

  it('passes in Firefox and WebKit, where they are, by the commands of the README', async ({ skip }) => {
    const { runs, missing } = await typeInBrowsers(inBrowsers, folder, 'tfjs:op');
    if (runs.length === 0) skip(missing.join('; '));
    for (const { target, cases } of runs) {
      expect(cases.length, target).toBeGreaterThan(20);
      expect(cases.filter(({ status }) => status !== 'pass' && status !== 'xfail')).toEqual([]);
    }
  });
});
