import { describe, expect, it } from 'vitest';
import { expOfMinus, log1pOfUnit } from '../src/losses/fast-exp.js';

describe('the exponential and the logarithm of the host kernel', () => {
  it('are within 1e-15 and 1e-9 of those of Math', () => {
    let worstExp = 0;
    let worst = 0;
    for (let i = 0; i <= 100_000; i++) {
      const a = (i / 100_000) * 100;
      worstExp = Math.max(worstExp, Math.abs(expOfMinus(a) / Math.exp(-a) - 1));
      const y = (i + 1) / 100_001;
      worst = Math.max(worst, Math.abs(log1pOfUnit(y) / Math.log1p(y) - 1));
    }
    for (const y of [1e-300, 1e-20, 1e-10, 1e-5]) worst = Math.max(worst, Math.abs(log1pOfUnit(y) / Math.log1p(y) - 1));
    expect(worstExp).toBeLessThan(1e-15);
    expect(worst).toBeLessThan(1e-9);
  });

  it('are exact at the ends and keep NaN', () => {
    expect(expOfMinus(0)).toBe(1);
    expect(log1pOfUnit(0)).toBe(0);
    expect(Math.fround(expOfMinus(Infinity))).toBe(0);
    expect(Math.fround(expOfMinus(3.4e38))).toBe(0);
    expect(expOfMinus(NaN)).toBeNaN();
    expect(log1pOfUnit(NaN)).toBeNaN();
  });
});
