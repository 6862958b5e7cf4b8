import { getBackend, tidy } from '@tensorflow/tfjs-core';
import { disposingVariables } from '../disposing-variables.js';
import { disposeOfFailedTape } from '../failed-tape.js';
import { asGuest } from '../guest.js';
import type { Course } from '../measure.js';
import { nextTask } from '../next-task.js';
import { probeUnit } from '../probe-unit.js';
import { inTurn } from '../queue.js';
import { reasonOf } from '../reason.js';
import { stayOn } from '../registry.js';
import { usedTolerance } from '@tfjs-heads/reference';
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

/** Runs every golden on the current backend, when calls of `startBackend` and the like have ended. */
export function selfTest(): Promise<SelfTestResult> {
  return inTurn('selfTest', () => {
    const name = getBackend();
    return asGuest(() => runSelfTest({ stay: () => stayOn(name), isOver: () => false }));
  });
}

/** Runs every golden on the current backend. */
export async function runSelfTest({ stay, isOver }: Course): Promise<SelfTestResult> {
  return withoutCpuForwarding(async () => {
    await stay();
    const unit = await probeUnit();
    const results: GoldenResult[] = [];
    if (unit > coarsestUnit) {
      results.push({
        golden: 'precision',
        used: Infinity,
        failure: `floats are coarse: 1 + ${unit.toExponential(1)} is 1`,
      });
    }
    for (const golden of goldens) {
      if (isOver()) throw new Error('the self-test is not wanted any more');
      await stay();
      results.push(await runGolden(golden, Math.min(unit, coarsestUnit)));
      await nextTask();
    }
    const worst = results.reduce((a, b) => (b.used > a.used ? b : a));
    return { passed: results.every(({ failure }) => failure === undefined), unit, worst, results };
  });
}

async function runGolden(
  { name, run, expected, k, scale }: (typeof goldens)[number],
  unit: number,
): Promise<GoldenResult> {
  try {
    const result = disposingVariables(() => tidy(run));
    const values = await result.data();
    result.dispose();
    if (values.length !== expected.length) {
      return { golden: name, used: Infinity, failure: `${values.length} values, expected ${expected.length}` };
    }
    const used = expected.map((value, i) => usedTolerance(values[i] as number, value, { k, unit, scale }));
    const worst = used.indexOf(Math.max(...used));
    const failure = (used[worst] as number) <= 1 ? undefined : `${values[worst]}, expected ${expected[worst]}`;
    return { golden: name, used: used[worst] as number, failure };
  } catch (error) {
    disposeOfFailedTape();
    return { golden: name, used: Infinity, failure: reasonOf(error) };
  }
}
