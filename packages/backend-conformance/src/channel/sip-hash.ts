// Taken before any code under test is loaded, and called without looking anything up: whoever replaces a method learns no key.
const unit: (text: string, index: number) => number = Function.prototype.call.bind(String.prototype.charCodeAt);
const toBigInt = BigInt;
const MASK = 0xffff_ffff_ffff_ffffn;

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) of the UTF-16 code units of a text: who does not know the key cannot give the hash of
 * another text. Written out here, since it must run beside code that may have replaced every method that a library calls.
 *
 * @param k0 The key: two words of 64 bits.
 */
export function sipHash(k0: bigint, k1: bigint, text: string): bigint {
  let v0 = k0 ^ 0x736f_6d65_7073_6575n;
  let v1 = k1 ^ 0x646f_7261_6e64_6f6dn;
  let v2 = k0 ^ 0x6c79_6765_6e65_7261n;
  let v3 = k1 ^ 0x7465_6462_7974_6573n;
  const rounds = (count: number): void => {
    for (let i = 0; i < count; i++) {
      v0 = (v0 + v1) & MASK;
      v2 = (v2 + v3) & MASK;
      v1 = rotate(v1, 13n) ^ v0;
      v3 = rotate(v3, 16n) ^ v2;
      v0 = rotate(v0, 32n);
      v2 = (v2 + v1) & MASK;
      v0 = (v0 + v3) & MASK;
      v1 = rotate(v1, 17n) ^ v2;
      v3 = rotate(v3, 21n) ^ v0;
      v2 = rotate(v2, 32n);
    }
  };
  const mix = (word: bigint): void => {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  };
  const { length } = text;
  const whole = length - (length % 4);
  for (let i = 0; i < whole; i += 4) {
    // Two halves of 32 bits: bits shift as numbers faster than as BigInts.
    const low = (unit(text, i) | (unit(text, i + 1) << 16)) >>> 0;
    const high = (unit(text, i + 2) | (unit(text, i + 3) << 16)) >>> 0;
    mix((toBigInt(high) << 32n) | toBigInt(low));
  }
  let last = toBigInt((length * 2) % 256) << 56n;
  for (let i = whole; i < length; i++) last |= toBigInt(unit(text, i)) << toBigInt(16 * (i % 4));
  mix(last);
  v2 ^= 0xffn;
  rounds(4);
  return v0 ^ v1 ^ v2 ^ v3;
}

function rotate(word: bigint, bits: bigint): bigint {
  return ((word << bits) & MASK) | (word >> (64n - bits));
}
