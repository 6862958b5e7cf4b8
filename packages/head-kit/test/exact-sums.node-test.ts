import { random, sumValue } from '@tfjs-heads/reference';
import { describe, expect, it } from 'vitest';
import { ExactSums } from '../src/index.js';
import { hexOf, numberOf, unitsOf, unitsOfHex } from '../src/metrics/fixed-point.js';

const next = random(5);

function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}

/** A sum of the terms, dealt out to parts at random. */
function exactSumOf(terms: readonly number[], parts = 1): ExactSums {
  const sums = Array.from({ length: parts }, () => new ExactSums(1));
  for (const term of terms) sums[Math.floor(next() * parts)]?.add(0, term);
  const [first, ...others] = sums as [ExactSums, ...ExactSums[]];
  for (const other of others) first.addAll(other);
  return first;
}

function asUnits(sum: number | bigint): bigint {
  return typeof sum === 'bigint' ? sum : unitsOf(sum);
}

/** A double of any size, each exponent as likely as another. */
function anyDouble(): number {
  const bits = new BigUint64Array([
    BigInt(Math.floor(next() * 2 ** 32)) * 2n ** 32n + BigInt(Math.floor(next() * 2 ** 32)),
  ]);
  const [value = 0] = new Float64Array(bits.buffer);
  return Number.isFinite(value) ? value : anyDouble();
}

const draws: Readonly<Record<string, () => number>> = {
  'of similar size': () => next() - 0.5,
  'of float32 products': () => Math.fround(Math.exp(20 * (next() - 0.5))) * Math.fround(next() - 0.5),
  'over the range of float32': () => Math.fround(2 ** (250 * (next() - 0.5))) * Math.sign(next() - 0.5),
  'of any size': anyDouble,
  'below the smallest normal double': () => Math.floor(next() * 2 ** 30) * 2 ** -1074,
  'near the largest double': () => (2 * next() - 1) * 1.7e308,
};

describe('sums without rounding', () => {
  it.each(Object.entries(draws))('of terms %s are those of whole numbers, in any order and any parts', (_, draw) => {
    const terms = Array.from({ length: 300 }, draw);
    const units = terms.reduce((total, term) => total + unitsOf(term), 0n);
    for (let round = 0; round < 20; round++) {
      const sums = exactSumOf(shuffled(terms), 1 + (round % 7));
      expect(sums.rounded()[0]).toBe(numberOf(units));
      const exact = sums.exact(0);
      expect(typeof exact === 'bigint' ? exact : unitsOf(exact)).toBe(units);
    }
  });

  it('are those of a large number of terms', () => {
    const terms = Float64Array.from({ length: 200_000 }, draws['of float32 products'] as () => number);
    const sums = new ExactSums(2);
    sums.addProducts(1, terms, undefined);
    let units = 0n;
    for (const term of terms) units += unitsOf(term);
    expect(Array.from(sums.rounded())).toEqual([0, numberOf(units)]);
  });

  const mixtures: Readonly<Record<string, (i: number) => number>> = {
    ...draws,
    'mostly small, some large': (i) => (i % 97 === 5 ? 1e30 : 1) * (next() - 0.5),
    'mostly large, some small': (i) => (i % 97 === 5 ? 1e-30 : 1) * (next() - 0.5),
    'that grow': (i) => 1.01 ** i * (next() - 0.5),
    'mostly 0': (i) => (i % 97 === 5 ? 1e5 * next() : 0),
    'all equal to a power of two': () => 2 ** -30,
    'of float32': () => Math.fround(next()),
  };
  it.each(Object.entries(mixtures))('of many products of terms %s are those of whole numbers', (_, draw) => {
    const values = Float64Array.from({ length: 5000 }, (__, i) => draw(i));
    const weights = Float32Array.from({ length: 5000 }, () => next());
    const sums = new ExactSums(3);
    sums.addProducts(0, values, undefined);
    sums.addProducts(1, values, weights);
    sums.addProducts(2, values, weights, 3);
    const units = [0n, 0n, 0n];
    values.forEach((value, i) => {
      const product = value * (weights[i] as number);
      [value, product, product / 3].forEach((term, index) => (units[index] = (units[index] as bigint) + unitsOf(term)));
    });
    expect(Array.from(sums.rounded())).toEqual(units.map(numberOf));
    expect(hexOf(units[1] as bigint)).toBe(hexOf(asUnits(sums.exact(1))));
  });

  it('cancel to nothing', () => {
    for (const draw of Object.values(draws)) {
      const terms = Array.from({ length: 100 }, draw);
      const sums = exactSumOf(shuffled([...terms, ...terms.map((term) => -term)]), 3);
      expect(sums.exact(0)).toBe(0);
      expect(Object.is(sums.rounded()[0], 0)).toBe(true);
    }
  });

  it('pass over the largest double on their way', () => {
    const { MAX_VALUE } = Number;
    expect(exactSumOf([MAX_VALUE, MAX_VALUE, -MAX_VALUE]).rounded()[0]).toBe(MAX_VALUE);
    expect(exactSumOf([MAX_VALUE, MAX_VALUE]).rounded()[0]).toBe(Infinity);
    expect(exactSumOf([-MAX_VALUE, -MAX_VALUE, 1]).rounded()[0]).toBe(-Infinity);
  });

  it.each([
    [[1, Infinity, -5], Infinity],
    [[-Infinity, 1e308, 1e308, 1e308], -Infinity],
    [[Infinity, 1, -Infinity], NaN],
    [[1, NaN, Infinity], NaN],
  ])('of %j come to %d in any order and any parts', (terms, expected) => {
    for (let round = 0; round < 10; round++) {
      const sums = exactSumOf(shuffled(terms), 1 + (round % 3));
      expect(sums.rounded()[0]).toBe(expected);
      expect(sums.exact(0)).toBe(expected);
    }
  });

  it('of products are those of the terms, with or without weights and divisor', () => {
    const [values, weights] = [draws['of float32 products'], draws['of similar size']].map((draw) =>
      Float64Array.from({ length: 50 }, draw as () => number),
    ) as [Float64Array, Float64Array];
    values[7] = 1e300;
    const [products, terms] = [new ExactSums(3), new ExactSums(3)];
    products.addProducts(0, values, undefined);
    products.addProducts(1, values, weights);
    products.addProducts(2, values, weights, 3);
    for (let i = 0; i < values.length; i++) {
      const [value, weight] = [values[i] as number, weights[i] as number];
      [value, value * weight, (value * weight) / 3].forEach((term, index) => terms.add(index, term));
    }
    for (const index of [0, 1, 2]) expect(products.exact(index)).toBe(terms.exact(index));
  });

  it('of products leave out what is infinite or NaN with a weight of 0, and nothing else', () => {
    const sums = new ExactSums(3);
    sums.addProducts(0, [Infinity, 3, NaN, 1e300], [0, 2, 0, 0]);
    sums.addProducts(1, [3, -Infinity, 5], [2, 1, 0]);
    sums.addProducts(2, [3, Infinity, NaN], undefined);
    expect(Array.from(sums.rounded())).toEqual([6, -Infinity, NaN]);
  });

  it('are each their own, and are forgotten together', () => {
    const sums = new ExactSums(3);
    for (const term of [1e300, 1, 1e-300, Infinity]) sums.add(1, term);
    sums.addUnits(2, 3n);
    expect(Array.from(sums.rounded())).toEqual([0, Infinity, 3 * 2 ** -1074]);
    sums.clear();
    expect(Array.from(sums.rounded())).toEqual([0, 0, 0]);
  });

  it.each([3, -1, 0.5, NaN, Infinity])('refuse a term for the sum %d, where there are three', (index) => {
    for (const term of [1, NaN, 1e300])
      expect(() => new ExactSums(3).add(index, term)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});

describe('sums as text', () => {
  it('say what they are, and are read again', () => {
    expect(hexOf(unitsOf(-12))).toBe('-0x3p2');
    expect(hexOf(unitsOf(0.1))).toBe('0xccccccccccccdp-55');
    expect(hexOf(0n)).toBe('0x0p-1074');
    for (const draw of Object.values(draws)) {
      const units = Array.from({ length: 5 }, draw).reduce((total, term) => total + unitsOf(term), 0n);
      expect(unitsOfHex(hexOf(units))).toBe(units);
      expect(sumValue(hexOf(unitsOf(1 + next())))).toBeGreaterThanOrEqual(1);
    }
    const value = next();
    expect(sumValue(hexOf(unitsOf(value)))).toBe(value);
  });

  it.each(
    [
      '',
      '1',
      '0x',
      '0x1',
      '0x1p',
      '0X1p0',
      '0x1P0',
      ' 0x1p0',
      '0x1p0 ',
      '0x1.8p0',
      '+0x1p0',
      '0x1p+1',
      '0x1p-1075',
      '0x1p1089',
      `0x${'f'.repeat(601)}p0`,
      `0x1${'0'.repeat(400)}p0`,
    ].map((text) => [text] as const),
  )('that are %.30s are none', (text) => {
    expect(unitsOfHex(text)).toBeUndefined();
  });

  it('are rounded to the nearest double, and to the even one of two', () => {
    const one = unitsOf(1);
    const [half, tiny] = [unitsOf(2 ** -53), 1n];
    expect(numberOf(one + half)).toBe(1);
    expect(numberOf(one + half + tiny)).toBe(1 + 2 ** -52);
    expect(numberOf(one + half - tiny)).toBe(1);
    expect(numberOf(one + 3n * half)).toBe(1 + 2 ** -51);
    expect(numberOf(-one - half - tiny)).toBe(-1 - 2 ** -52);
    for (let round = 0; round < 500; round++) {
      const value = anyDouble();
      expect(numberOf(unitsOf(value))).toBe(value);
    }
  });
});
