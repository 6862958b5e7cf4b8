import { tidy } from '@tensorflow/tfjs-core';
import { disposingVariables } from '../disposing-variables.js';
import { probeUnit } from '../probe-unit.js';
import { usedTolerance } from '../tolerance.js';
import { withoutCpuForwarding } from '../without-cpu-forwarding.js';
import { goldens } from './goldens.js';

export interface GoldenResult {
  readonly golden: string;
  /** Used over allowed tolerance at worst: right up to 1. Infinite when it did not run. */
  readonly used: number;
  /** What went wrong, if anything did. */
  readonly failure: string | undefined;
}

export interface SelfTestResult {
  readonly passed: boolean;
  /** The rounding unit that the tolerances are multiples of. */
  readonly unit: number;
  readonly worst: GoldenResult;
  readonly results: readonly GoldenResult[];
}

/** Coarser than this, a backend does not train like the others (float16 has 2^-11). */
const coarsestUnit = 2 ** -20;

/** Runs every golden on the current backend. */
export async function selfTest(): Promise<SelfTestResult> {
  return withoutCpuForwarding(async () => {
    const unit = await probeUnit();
    const results: GoldenResult[] = [];
    if (unit > coarsestUnit) {
      results.push({ golden: 'precision', used: Infinity, failure: `floats are coarse: 1 + ${unit.toExponential(1)} is 1` });
    }
    for (const golden of goldens) results.push(await runGolden(golden, Math.min(unit, coarsestUnit)));
    const worst = results.reduce((a, b) => (b.used > a.used ? b : a));
    return { passed: results.every(({ failure }) => failure === undefined), unit, worst, results };
  });
}

async function runGolden({ name, run, expected, k, scale }: (typeof goldens)[number], unit: number): Promise<GoldenResult> {
  try {
    const values = await disposingVariables(async () => {
      const result = tidy(run);
      const read = await result.data();
      result.dispose();
      return read;
    });
    if (values.length !== expected.length) {
      return { golden: name, used: Infinity, failure: `${values.length} values, expected ${expected.length}` };
    }
    const used = expected.map((value, i) => usedTolerance(values[i] as number, value, { k, unit, scale }));
    const worst = used.indexOf(Math.max(...used));
    const failure = (used[worst] as number) <= 1 ? undefined : `${values[worst]}, expected ${expected[worst]}`;
    return { golden: name, used: used[worst] as number, failure };
  } catch (error) {
    return { golden: name, used: Infinity, failure: error instanceof Error ? error.message : String(error) };
  }
}
