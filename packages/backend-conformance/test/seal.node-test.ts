import { describe, expect, it } from 'vitest';
import { opener, sealer } from '../src/channel/seal.js';
import { sipHash } from '../src/channel/sip-hash.js';

const key = '000102030405060708090a0b0c0d0e0f';

describe('the hash', () => {
  /** The key and the inputs of the test vectors in SipHash's paper and reference: bytes 0, 1, 2, ... as units of 16 bits. */
  const [k0, k1] = [0x0706050403020100n, 0x0f0e0d0c0b0a0908n];
  const text = (bytes: number): string =>
    new TextDecoder('utf-16le').decode(Uint8Array.from({ length: bytes }, (_, i) => i));

  it.each([
    [0, 0x726fdb47dd0e0e31n],
    [2, 0x0d6c8009d9a94f5an],
    [8, 0x93f5f5799a932462n],
    [14, 0xf723ca908e7af2een],
    [16, 0x3f2acc7f57c29bdbn],
    [32, 0x7127512f72f27ccen],
  ])('of %i bytes is that of the reference', (bytes, expected) => {
    expect(sipHash(k0, k1, text(bytes)).toString(16)).toBe(expected.toString(16));
  });
});

describe('a channel', () => {
  it('gives what was said, in order', () => {
    const [seal, open] = [sealer(key), opener(key)];
    const messages = [{ type: 'done' }, { text: 'ä\n\u2028😀', values: [1, null] }, 'x'];
    expect(messages.map((message) => open(seal(message)))).toEqual(messages);
  });

  it('is one line for a message', () => {
    expect(sealer(key)({ text: 'a\nb\r' })).not.toMatch(/[\n\r]/);
  });

  it.each<[string, (seal: (message: unknown) => string) => string]>([
    ['no seal', () => '{"type":"done"}'],
    ['an empty line', () => ''],
    ['a seal of another key', () => sealer('f'.repeat(32))({ type: 'done' })],
    ['another text under the seal', (seal) => seal({ status: 'fail' }).replace('fail', 'pass')],
    ['another number', (seal) => seal({ status: 'fail' }).replace(' 1 ', ' 2 ')],
    ['a message left out', (seal) => [seal('a'), seal('b')][1] as string],
    ['text after it', (seal) => `${seal('a')} `],
  ])('refuses %s', (_, line) => {
    expect(() => opener(key)(line(sealer(key)))).toThrow(
      /^something other than the suite wrote to its channel, so that no result can be believed: "/,
    );
  });

  it('refuses a message that comes twice', () => {
    const open = opener(key);
    const line = sealer(key)('a');
    open(line);
    expect(() => open(line)).toThrow(/no result can be believed/);
  });

  it('shows no more than a part of what it refuses', () => {
    expect(() => opener(key)('x'.repeat(1_000_000))).toThrow(/^.{1,400}$/s);
  });
});
