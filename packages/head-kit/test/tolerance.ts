import { expect } from 'vitest';

/** Half the distance from 1 to the next float32. */
const UNIT = 2 ** -24;
/** The smallest normal float32: devices may flush what is below it to 0. */
const TINY = 2 ** -126;

/**
 * Expects `|actual - expected| <= K * 2^-24 * max(|expected|, scale) + tiny`. NaN equals NaN only, and
 * an infinity only itself.
 */
export function expectWithin(actual: number, expected: number, k: number, scale = 0): void {
  if (!Number.isFinite(expected)) {
    expect(actual).toBe(expected);
    return;
  }
  const allowed = k * UNIT * Math.max(Math.abs(expected), scale) + TINY;
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(allowed);
}

/** Expects each of many numbers to be within the tolerance. */
export function expectAllWithin(actual: ArrayLike<number>, expected: ArrayLike<number>, k: number, scale = 0): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) expectWithin(actual[i] as number, expected[i] as number, k, scale);
}
