import { runInNewContext } from 'node:vm';
import { array, number, optional, picklist, string } from 'valibot';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../src/json.js';
import { printable, printableLine } from '../src/printable.js';
import { faultOf, reasonOf } from '../src/thrown.js';
import { exactly, validated } from '../src/validate.js';

const throwing = (): never => {
  throw new Error('not this');
};

describe('whatever is thrown', () => {
  const unkind = new Proxy(
    {},
    { get: throwing, has: throwing, getPrototypeOf: throwing, ownKeys: throwing, getOwnPropertyDescriptor: throwing },
  );
  const own = (properties: PropertyDescriptorMap): unknown => Object.defineProperties(new Error('once'), properties);
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();

  it.each<[string, unknown, string | RegExp]>([
    ['an error', new Error('no weights'), 'no weights'],
    ['an error of another realm', runInNewContext('new TypeError("elsewhere")'), 'elsewhere'],
    ['an error without a message', new RangeError(), 'RangeError'],
    ['a text', 'a text', 'a text'],
    ['an empty text', '', 'an empty text was thrown'],
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', -0.5, '-0.5'],
    ['a BigInt', 12n, '12'],
    ['a symbol', Symbol('mine'), 'Symbol(mine)'],
    ['an object', { code: 7 }, '{"code":7}'],
    ['an object with a message', { message: 'said', code: 7 }, 'said'],
    ['an object with a message that is none', { message: { a: 1 } }, '{"message":{"a":1}}'],
    ['an object without a prototype', Object.assign(Object.create(null), { why: 'because' }), '{"why":"because"}'],
    ['an empty object without a prototype', Object.create(null), '{}'],
    ['a function', () => 1, '() => 1'],
    ['a proxy that refuses everything', unkind, 'something was thrown that cannot be read (object)'],
    ['a revoked proxy', proxy, 'something was thrown that cannot be read (object)'],
    ['a message that throws', own({ message: { get: throwing } }), 'Error'],
    ['a message and a name that throw', own({ message: { get: throwing }, name: { get: throwing } }), '{}'],
    ['a code and a stack that throw', own({ code: { get: throwing }, stack: { get: throwing } }), 'once'],
    ['a code without a text', own({ code: { value: Object.create(null) } }), /once/],
    ['a stack that is none', own({ stack: { value: 5 } }), 'once'],
    [
      'a text for people that throws',
      { toString: throwing, toJSON: throwing },
      'something was thrown that cannot be read (object)',
    ],
    [
      'a circle',
      Object.assign(Object.create(null), {
        get self() {
          return this as unknown;
        },
      }),
      /cannot be read|\{/,
    ],
  ])('%s becomes a text', async (_, thrown, text) => {
    for (const said of [reasonOf(thrown), (await faultOf(thrown)).message]) {
      if (typeof text === 'string') expect(said.split('\n')[0]).toBe(text);
      else expect(said).toMatch(text);
    }
  });

  it('is cut where it is long, with how long it was', () => {
    expect(reasonOf(new Error('x'.repeat(1_000_000)))).toMatch(/^x{4000}… \(1000000 characters\)$/);
  });
});

describe('what is shown', () => {
  it('has nothing in it that a terminal obeys', () => {
    const text =
      'a\u001B]0;title\u0007b\u009B31m\r\nc\rd\u202Eevil\u2066\u200F\u061C\u2028e\u0000\u007F\uD800\uFEFF\tf';
    expect(printable(text)).toBe(
      'a\\u001b]0;title\\u0007b\\u009b31m\nc\\u000dd\\u202eevil\\u2066\\u200f\\u061c\\u2028e\\u0000\\u007f\\ud800\\ufeff\tf',
    );
    expect(printableLine('a\r\nb\tc')).toBe('a\\u000d\\u000ab\\u0009c');
    const kept = 'größer – 数 👩‍👩‍👧 √ é';
    expect(printable(kept)).toBe(kept);
  });
});

describe('JSON from outside', () => {
  const read = (source: string | Uint8Array): unknown => parseJson(source, 'a\u001B.json');
  const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

  it.each<[string, string | Uint8Array, string]>([
    ['empty', '', 'a\\u001b.json: expected JSON, but it is empty'],
    ['blank', ' \n', 'it is empty'],
    ['nothing but a mark', bytes(0xef, 0xbb, 0xbf), 'it is empty'],
    ['not UTF-8', bytes(0x22, 0xff, 0x22), 'it is not UTF-8'],
    ['UTF-16', bytes(0xff, 0xfe, 0x7b, 0, 0x7d, 0), 'it is not UTF-8'],
    ['no JSON', '{"a": \u001B}', 'a\\u001b.json: expected JSON, but Unexpected token'],
    ['as deep as the sea', '['.repeat(100_000) + ']'.repeat(100_000), 'it is nested more than 64 deep'],
  ])('that is %s is refused', (_, source, message) => {
    expect(() => read(source)).toThrow(message);
  });

  it('may begin with a byte order mark', () => {
    expect(read('\uFEFF[1]')).toEqual([1]);
    expect(read(bytes(0xef, 0xbb, 0xbf, 0x5b, 0x31, 0x5d))).toEqual([1]);
  });

  const schema = exactly({
    runs: array(exactly({ status: picklist(['pass', 'fail']), n: optional(number()) })),
    name: string(),
  });

  it('is told with each mistake and its place', () => {
    expect(validated(schema, { runs: [{ status: 'pass' }], name: '' }, 'x')).toEqual({
      runs: [{ status: 'pass' }],
      name: '',
    });
    expect(() =>
      validated(schema, { runs: [{ status: 'pass' }, { status: 'gre\u001Bat', n: '1' }], extra: 1 }, 'x'),
    ).toThrow(
      'x: runs[1].status: expected ("pass" | "fail"), got "gre\\u001bat"; runs[1].n: expected number, got "1"; name: missing; extra: there is no such key; known are runs, name',
    );
    expect(() => validated(schema, null, 'x')).toThrow('x: expected Object, got null');
  });

  it('is told in few words, however much is wrong with it', () => {
    const value = { runs: Array.from({ length: 1000 }, () => ({ status: 'y'.repeat(100_000) })), name: 'a' };
    const told = (): string => {
      try {
        return String(validated(schema, value, 'x'));
      } catch (error) {
        return reasonOf(error);
      }
    };
    expect(told()).toContain('; and 995 more');
    expect(told().length).toBeLessThan(2500);
  });
});
