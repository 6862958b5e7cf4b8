import { ones, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { describeValue, headError, quote, shapeText } from '../src/index.js';

const large = 1e6;

describe('a value in a message', () => {
  it.each<[unknown, string]>([
    [ones([2, 3]), 'a float32 tensor of shape [2,3]'],
    [{ indices: tensor([[0]]), values: tensor([1]), denseShape: [4, 1] }, 'a SparseTensor of shape [4,1]'],
    [undefined, 'undefined'],
    [null, 'null'],
    [1.5, 'the number 1.5'],
    [-0, 'the number 0'],
    [NaN, 'the number NaN'],
    [5n, 'the bigint 5n'],
    [1n << 100n, 'a bigint of more than 64 bits'],
    ['mse', 'the string "mse"'],
    [Symbol('s'), 'the symbol Symbol(s)'],
    [async (): Promise<void> => undefined, 'a function'],
    [[1, 2], 'an array of 2'],
    [new Float32Array(large), `a Float32Array of ${large}`],
    [new DataView(new ArrayBuffer(8)), 'a DataView of 8 bytes'],
    [new Map([[1, 2]]), 'a Map of 1'],
    [Promise.resolve(), 'a promise'],
    [new RangeError('off'), 'the error "off"'],
    [{ a: 1, b: 2 }, 'an object with the keys ["a","b"]'],
    [
      Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`k${i}`, i])),
      'an object with the keys ["k0","k1","k2","k3","k4","k5","k6","k7","k8","k9", and 2 more]',
    ],
  ])('is told by what it is: %o', (value, text) => {
    expect(describeValue(value)).toBe(text);
  });

  it.each<[string, unknown]>([
    ['a string', 'x'.repeat(large)],
    ['a symbol', Symbol('x'.repeat(large))],
    ['the keys of an object', { ['x'.repeat(large)]: 1 }],
    ['many keys', Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`${i}`.repeat(50), i]))],
    ['an error', new Error('x'.repeat(large))],
    ['control characters, written out', '\u0000'.repeat(150)],
    ['a bigint', 7n ** 100_000n],
  ])('has at most 200 characters: %s', (_, value) => {
    expect(describeValue(value).length).toBeLessThanOrEqual(200);
    expect(quote(value).length).toBeLessThanOrEqual(200);
  });

  it('has at most 200 characters of a shape', () => {
    expect(shapeText(Array.from({ length: 1000 }, () => 7)).length).toBeLessThanOrEqual(200);
  });

  it('has no control characters, and no half of one', () => {
    const nasty = '\u001b[31m\u009b\u202e\n\r\u2028\u2066';
    for (const text of [
      describeValue(nasty),
      describeValue({ [nasty]: 1 }),
      quote(nasty),
      describeValue(new Error(nasty)),
      headError('SPEC_INVALID', nasty).message,
    ]) {
      expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
      expect(text).toContain(String.raw`\u001b`);
    }
    expect(quote(`${'x'.repeat(196)}\u{1F600}`)).not.toMatch(/\p{Cs}/u);
    expect(quote('\u{1F600}'.repeat(150))).not.toMatch(/\p{Cs}/u);
  });

  it('never throws', () => {
    const boom = (): never => {
      throw new Error('boom');
    };
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    const hostile = [
      new Proxy({}, { get: boom, ownKeys: boom }),
      new Proxy(ones([1]), { get: boom }),
      proxy,
      {
        get shape(): never {
          return boom();
        },
        get dataSync(): never {
          return boom();
        },
      },
    ];
    for (const value of hostile) expect(describeValue(value)).toMatch(/^an object/);
  });
});
