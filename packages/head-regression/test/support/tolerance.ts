import { usedTolerance } from '@tfjs-heads/reference';

/** The relative error of rounding to float32. */
export const ROUNDING: number = 2 ** -24;

export interface Tolerance {
  /** How many roundings of float32 may come together. Default: 64, which is 3.8e-6. */
  readonly roundings?: number;
  /** The size of the terms that a value is the sum of: they may cancel. Default: 0. */
  readonly scale?: number;
}

/**
 * Says what is wrong with `actual`; nothing where all of it is close enough. NaN equals NaN only, and
 * an infinity only itself.
 */
export function difference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { roundings = 64, scale = 0 }: Tolerance = {},
): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} values instead of ${expected.length}`;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i] as number;
    const e = expected[i] as number;
    const used = usedTolerance(a, e, { k: roundings, unit: ROUNDING, scale });
    if (!(used <= 1)) return `${a} instead of ${e} at ${i}, ${used} times what is allowed`;
  }
  return undefined;
}
