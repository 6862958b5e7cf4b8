// What WebAssembly adds and looks at, once a walk has brought it along, is what the loops come to.
import { beforeAll, describe, expect, it } from 'vitest';
import { type Accumulator, buckets, ExactSums, LabelRange, type LogisticPart, logisticSums } from '../src/index.js';
import { bySimd } from '../src/by-simd.js';
import { uniform } from './random.js';

beforeAll(() => {
  const curve = buckets();
  const parts = new Map<Accumulator, LogisticPart>([[curve, { numThresholds: 200 }]]);
  const [logits, labels] = [uniform(64, -1, 1, 1), new Float32Array(64)].map((values) => ({ values, shape: [64, 1] }));
  logisticSums(parts, new Map([[curve.id, curve]]), { logits, labels } as Parameters<typeof logisticSums>[2]);
});

/** Doubles of all sizes from one power of two to another, and unusual ones between them. */
function terms(
  count: number,
  seed: number,
  [low, high]: readonly [number, number],
  unusual: readonly number[],
): Float64Array {
  const [sizes, digits] = [uniform(count, low, high, seed), uniform(count, -1, 1, seed + 1)];
  return Float64Array.from(digits, (digit, i) =>
    unusual.length > 0 && i % 9 === 4
      ? (unusual[Math.floor(i / 9) % unusual.length] as number)
      : digit * 2 ** (sizes[i] as number),
  );
}

describe.each([63, 64, 65, 398, 4095, 4096, 4097])('%i sums', (count) => {
  it.each([
    ['counts', [0, 0], [0, 1, 2, 3, 1000]],
    ['of like sizes', [-3, 3], []],
    ['of which much has to be kept', [-60, 60], [0, 1e16, -1e16]],
    ['of nearly all sizes', [-900, 900], []],
    ['of doubles that are too large', [-3, 3], [2 ** 960, -(2 ** 1000), Number.MAX_VALUE]],
    ['of what is no finite number', [-3, 3], [NaN, Infinity, -Infinity]],
  ] as const)('%s', (name, sizes, unusual) => {
    const [together, alone] = [new ExactSums(count), new ExactSums(count)];
    for (let batch = 0; batch < 6; batch++) {
      const added = terms(count, 2 * batch, sizes, unusual);
      if (name === 'counts') added.forEach((term, i) => (added[i] = Math.round(term)));
      together.addEach(added);
      added.forEach((term, i) => alone.add(i, term));
    }
    const exact = (sums: ExactSums): unknown[] => Array.from({ length: count }, (_, i) => sums.exact(i));
    expect(exact(together)).toEqual(exact(alone));
    expect(together.rounded()).toEqual(alone.rounded());
  });
});

it('takes part where it is worth it', () => {
  expect(bySimd.addEach?.(new Float64Array(398), new Float64Array(398))).toHaveLength(0);
  expect(bySimd.addEach?.(new Float64Array(398).fill(1e16), new Float64Array(398).fill(1))).toHaveLength(398);
  expect(bySimd.addEach?.(new Float64Array(8), new Float64Array(8))).toBeUndefined();
  expect(bySimd.areWithin?.(new Float32Array(398), 0, 1)).toBe(true);
  expect(bySimd.areWithin?.(new Int32Array(398), 0, 1)).toBeUndefined();
  expect(bySimd.areWithin?.(new Float32Array(398), 0, 0.1)).toBeUndefined(); // no float32 number
});

describe.each([63, 64, 67, 1024, 2048, 2049])('%i labels', (count) => {
  const range = new LabelRange({ min: 0, max: 1 });

  it('may have both ends of the range', () => {
    const values = uniform(count, 0, 1, 1).map((value, i) => (i % 3 === 0 ? Math.round(value) : value));
    values[count - 1] = -0;
    expect(range.errorOf(values, [count])).toBeUndefined();
  });

  it.each([NaN, 1 + 2 ** -23, -1e-45, Infinity, -Infinity])('are refused where one is %d', (wrong) => {
    for (const index of [0, 1, 2, 3, Math.floor(count / 2), count - 1]) {
      const values = uniform(count, 0, 1, 1);
      values[index] = wrong;
      expect(range.errorOf(values, [count])?.message).toContain(
        `got ${Math.fround(wrong)} at index ${index} of labels`,
      );
    }
  });
});
