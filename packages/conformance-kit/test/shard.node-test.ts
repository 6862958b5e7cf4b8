import { describe, expect, it } from 'vitest';
import { inShard, parseShard } from '../src/case.js';

const list = Array.from({ length: 23 }, (_, i) => i);

describe('shards', () => {
  it.each([1, 2, 5, 23, 40])('of %i are everything together, and nothing twice', (count) => {
    const shards = Array.from({ length: count }, (_, i) => inShard(list, { index: i + 1, count }));
    expect(shards.flat().toSorted((a, b) => a - b)).toEqual(list);
    const sizes = shards.map(({ length }) => length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it('keep the order', () => {
    expect(inShard(list, { index: 2, count: 10 })).toEqual([1, 11, 21]);
  });

  it('are everything where there is none', () => {
    expect(inShard(list, undefined)).toEqual(list);
  });

  it('are written i/n', () => {
    expect(parseShard('2/5')).toEqual({ index: 2, count: 5 });
    expect(parseShard('1/1')).toEqual({ index: 1, count: 1 });
  });

  it.each(['', '0/5', '6/5', '1/0', '2', '2/', '/5', '2/5/6', '-1/5', '1.5/5', 'a/b', ' 2/5', `1/${'9'.repeat(30)}`])(
    "'%s' is none",
    (text) => {
      expect(() => parseShard(text)).toThrow(`got '${text}'`);
    },
  );
});
