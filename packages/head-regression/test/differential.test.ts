// Thousands of random cases for each head against formulas in doubles, and hostile arguments that must end as coded
// errors. A failure tells the seed of its case: VITE_SEED=<seed> runs that one alone.
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { drawCase, type HeadName } from './support/differential/draw.js';
import { runHostile } from './support/differential/hostile.js';
import { runValid } from './support/differential/valid.js';

const heads: readonly HeadName[] = ['RegressionHead', 'PoissonRegressionHead', 'LogisticRegressionHead'];

/** In browsers, some of GPUs in software, a sample. */
const inNode = typeof document === 'undefined';
const alone = (import.meta as { readonly env?: Readonly<Record<string, string>> }).env?.VITE_SEED;

function seeds(count: number): readonly number[] {
  return alone === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [Number(alone)];
}

/** Runs cases and tells the first that fail. */
async function failures(count: number, run: (seed: number) => Promise<readonly string[]>): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const seed of seeds(count)) {
    const faults = await run(seed);
    if (faults.length > 0) failed.push(`VITE_SEED=${seed}: ${faults.join('; ')}`);
    if (failed.length === 5) break;
  }
  return failed;
}

describe.each(heads)('%s', (head) => {
  it('computes what the formulas say, and leaves no tensor', { timeout: 300_000 }, async () => {
    const failed = await failures(inNode ? 3000 : 40, async (seed) => {
      const one = drawCase(head, seed);
      const faults = await runValid(one);
      return faults.length === 0 ? faults : [...faults, one.text];
    });
    expect(failed).toEqual([]);
  });

  it('refuses hostile arguments with a code, changes nothing, and leaves no tensor', { timeout: 300_000 }, async () => {
    expect(await failures(inNode ? 1000 : 0, (seed) => runHostile(head, seed))).toEqual([]);
  });
});
