import { usedTolerance } from '@tfjs-heads/reference';
import { expect } from 'vitest';

/**
 * Expects `|actual - expected| <= K * 2^-24 * max(|expected|, scale) + tiny`. NaN equals NaN only, and
 * an infinity only itself.
 */
export function expectWithin(
  actual: number,
  expected: number,
  k: number,
  scale = 0,
  told = `${actual} against ${expected}`,
): void {
  expect(usedTolerance(actual, expected, { k, unit: 2 ** -24, scale }), told).toBeLessThanOrEqual(1);
}

/** Expects each of many numbers to be within the tolerance. */
export function expectAllWithin(actual: ArrayLike<number>, expected: ArrayLike<number>, k: number, scale = 0): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) expectWithin(actual[i] as number, expected[i] as number, k, scale);
}
