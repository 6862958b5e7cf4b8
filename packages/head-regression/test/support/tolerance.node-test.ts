import { describe, expect, it } from 'vitest';
import { difference, ROUNDING } from './tolerance.js';

describe('the tolerance', () => {
  it('is relative to the expected number', () => {
    expect(difference([1e6 * (1 + 60 * ROUNDING)], [1e6])).toBeUndefined();
    expect(difference([1e6 * (1 + 70 * ROUNDING)], [1e6])).toMatch(/instead of 1000000 at 0/);
    expect(difference([1e-6 * (1 - 70 * ROUNDING)], [1e-6])).toBeDefined();
  });

  it('is relative to what has cancelled, if that is larger', () => {
    expect(difference([50 * ROUNDING], [0])).toBeDefined();
    expect(difference([50 * ROUNDING], [0], { scale: 1 })).toBeUndefined();
    expect(difference([70 * ROUNDING], [0], { scale: 1 })).toBeDefined();
  });

  it.each([NaN, Infinity, -Infinity])('has %d equal to itself alone', (value) => {
    expect(difference([value], [value])).toBeUndefined();
    for (const other of [NaN, Infinity, -Infinity, 0, 1].filter((number) => !Object.is(number, value))) {
      expect(difference([other], [value], { scale: 1 })).toBeDefined();
      expect(difference([value], [other], { scale: 1 })).toBeDefined();
    }
  });

  it('wants as many numbers, and looks at each', () => {
    expect(difference([1, 2], [1])).toBeDefined();
    expect(difference([1], [1, 2])).toBeDefined();
    expect(difference([1, 2, 4], [1, 2, 3])).toMatch(/4 instead of 3 at 2/);
  });
});
