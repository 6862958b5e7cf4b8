import { expect, it } from 'vitest';
import { oldest } from './oldest.js';

const manifest = (...ranges: readonly string[]): Parameters<typeof oldest>[0][number] => ({
  name: 'house',
  version: '0.1.0',
  peerDependencies: {
    vitest: '^4.1.0',
    ...Object.fromEntries(ranges.map((range, i) => [`@tensorflow/tfjs-${i}`, range])),
  },
});

it('is what all ranges begin with', () => {
  expect(oldest([manifest('^4.10.0', '^4.10.0'), manifest('^4.10.0')])).toBe('4.10.0');
});

it.each([[['^4.10.0', '^4.22.0']], [['>=4.10.0']], [[]]])('refuses %j', (ranges) => {
  expect(() => oldest([manifest(...ranges)])).toThrow('must be one caret range');
});
