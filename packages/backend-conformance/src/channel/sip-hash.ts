// Taken before any code under test is loaded, and called without looking anything up, iterators of arrays included: whoever
// replaces a method learns no key.
const unit: (text: string, index: number) => number = Function.prototype.call.bind(String.prototype.charCodeAt);
const toBigInt = BigInt;
const toNumber = Number;

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) of the UTF-16 code units of a text: who does not know the key cannot give the hash of
 * another text. Written out here, since it must run beside code that may have replaced every method that a library calls; in halves
 * of 32 bits, which take an eighth of the time of BigInts: a list of 2,000 cases goes through it in every run.
 *
 * @param k0 The key: two words of 64 bits.
 */
export function sipHash(k0: bigint, k1: bigint, text: string): bigint {
  let h0 = highOf(k0 ^ 0x736f_6d65_7073_6575n);
  let l0 = lowOf(k0 ^ 0x736f_6d65_7073_6575n);
  let h1 = highOf(k1 ^ 0x646f_7261_6e64_6f6dn);
  let l1 = lowOf(k1 ^ 0x646f_7261_6e64_6f6dn);
  let h2 = highOf(k0 ^ 0x6c79_6765_6e65_7261n);
  let l2 = lowOf(k0 ^ 0x6c79_6765_6e65_7261n);
  let h3 = highOf(k1 ^ 0x7465_6462_7974_6573n);
  let l3 = lowOf(k1 ^ 0x7465_6462_7974_6573n);
  const { length } = text;
  const whole = length - (length % 4);
  // The words of the text, the word of its last units and its length, and the end.
  for (let i = 0; i <= whole + 4; i += 4) {
    let low = 0;
    let high = 0;
    if (i < whole) {
      low = unit(text, i) | (unit(text, i + 1) << 16);
      high = unit(text, i + 2) | (unit(text, i + 3) << 16);
    } else if (i === whole) {
      if (i < length) low = unit(text, i);
      if (i + 1 < length) low |= unit(text, i + 1) << 16;
      if (i + 2 < length) high = unit(text, i + 2);
      high |= (length * 2) << 24;
    } else {
      l2 ^= 0xff;
    }
    h3 ^= high;
    l3 ^= low;
    for (let rounds = i > whole ? 4 : 2; rounds > 0; rounds--) {
      // v0 += v1; v1 = (v1 <<< 13) ^ v0; v0 <<<= 32
      l0 = (l0 + l1) | 0;
      h0 = (h0 + h1 + carry(l0, l1)) | 0;
      let high1 = (h1 << 13) | (l1 >>> 19);
      l1 = ((l1 << 13) | (h1 >>> 19)) ^ l0;
      h1 = high1 ^ h0;
      let swapped = h0;
      h0 = l0;
      l0 = swapped;
      // v2 += v3; v3 = (v3 <<< 16) ^ v2
      l2 = (l2 + l3) | 0;
      h2 = (h2 + h3 + carry(l2, l3)) | 0;
      let high3 = (h3 << 16) | (l3 >>> 16);
      l3 = ((l3 << 16) | (h3 >>> 16)) ^ l2;
      h3 = high3 ^ h2;
      // v2 += v1; v1 = (v1 <<< 17) ^ v2; v2 <<<= 32
      l2 = (l2 + l1) | 0;
      h2 = (h2 + h1 + carry(l2, l1)) | 0;
      high1 = (h1 << 17) | (l1 >>> 15);
      l1 = ((l1 << 17) | (h1 >>> 15)) ^ l2;
      h1 = high1 ^ h2;
      swapped = h2;
      h2 = l2;
      l2 = swapped;
      // v0 += v3; v3 = (v3 <<< 21) ^ v0
      l0 = (l0 + l3) | 0;
      h0 = (h0 + h3 + carry(l0, l3)) | 0;
      high3 = (h3 << 21) | (l3 >>> 11);
      l3 = ((l3 << 21) | (h3 >>> 11)) ^ l0;
      h3 = high3 ^ h0;
    }
    h0 ^= high;
    l0 ^= low;
  }
  return (toBigInt((h0 ^ h1 ^ h2 ^ h3) >>> 0) << 32n) | toBigInt((l0 ^ l1 ^ l2 ^ l3) >>> 0);
}

/** What is carried out of a sum of two words of 32 bits, one of which is given. */
function carry(sum: number, term: number): number {
  return sum >>> 0 < term >>> 0 ? 1 : 0;
}

function highOf(word: bigint): number {
  return toNumber(word >> 32n) | 0;
}

function lowOf(word: bigint): number {
  return toNumber(word & 0xffff_ffffn) | 0;
}
