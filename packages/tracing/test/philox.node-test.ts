// The generator of dropout masks, against the known answers of its authors (Random123, kat_vectors).
import { expect, it } from 'vitest';
import { type Halves, halvesOf, philox } from '../src/dropout/philox.js';

const hex = (words: Int32Array): string =>
  Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, '0')).join(' ');

it('gives the words of its authors', () => {
  const out = new Int32Array(4);
  philox([0, 0], [0, 0], out);
  expect(hex(out)).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
});

it('counts in groups of four, of which the last may be short', () => {
  const [key, counter]: Halves[] = [halvesOf(2 ** 52 + 12345), halvesOf(2 ** 40 + 7)];
  const [long, short] = [new Int32Array(4096), new Int32Array(4095)];
  philox(key as Halves, counter as Halves, long);
  philox(key as Halves, counter as Halves, short);
  expect(short).toEqual(long.subarray(0, 4095));
  expect(new Set(long).size).toBeGreaterThan(4090);
  const mean = long.reduce((sum, word) => sum + word / 2 ** 31 / long.length, 0);
  expect(Math.abs(mean)).toBeLessThan(0.03); // 4 standard deviations are 0.036
});

it('takes numbers apart', () => {
  expect(halvesOf(2 ** 53 - 1)).toEqual([-1, 2 ** 21 - 1]);
  expect(halvesOf(5)).toEqual([5, 0]);
});
