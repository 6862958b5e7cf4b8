import { rm } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { conformance, emptyFolder, fixture, NARROWER, neverAnswering, queriesOf, reportIn } from './cli-support.js';

const folder = await emptyFolder();
afterAll(() => rm(folder, { recursive: true }));

describe('a run is never lost silently', () => {
  it.each([
    ['dying', 'its process ended with exit code 7; its last words:', '60'],
    ['hanging', 'it said nothing for 5 s', '5'],
    ['chromium:hanging', 'it said nothing for 40 s', '40'], // It takes a while to build the page.
  ])('%s: what is left fails, with the reason', async (backend, reason, silence) => {
    const { exitCode, stdout, lastLine } = await conformance(
      '--register',
      fixture('broken-backends.mjs'),
      '--register',
      await neverAnswering(),
      '--backend',
      backend,
      '--filter',
      NARROWER,
      '--silence',
      silence,
      '--out',
      folder,
    );
    const [run] = (await reportIn(folder)).runs;
    expect(queriesOf(run)).toHaveLength(8);
    expect(queriesOf(run, 'pass')).toHaveLength(3);
    expect(run?.cases[3]).toMatchObject({
      query: 'RegressionHead-of-3:law:mean-is-sum-over-size:rows=33',
      status: 'fail',
      message: expect.stringContaining(reason),
    });
    expect(run?.cases[4]?.message).toBe(`not run, since ${reason}`);
    expect(stdout).toContain('4 more were not run.');
    expect(stdout).toContain(`FAILED ${backend} RegressionHead-of-3:law:mean-is-sum-over-size:rows=33\n    ${reason}`);
    expect(lastLine).toMatch(/^3 passed, 5 failed/);
    expect(exitCode).toBe(1);
  });
});
