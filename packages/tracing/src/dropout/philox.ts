/** The multipliers and the steps of the key of Philox4x32 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011). */
export const M0 = 0xd2511f53;
export const M1 = 0xcd9e8d57;
export const W0 = 0x9e3779b9;
export const W1 = 0xbb67ae85;
export const ROUNDS = 10;

/** Words of 32 bits, the lower half of a 64-bit number first. */
export type Halves = readonly [low: number, high: number];

/**
 * Words of 32 bits by Philox4x32-10, the generator of TensorFlow's stateless operations: `StatelessRandomUniformFullIntV2` gives the same for this key and the counter
 * `[0, counter]`. Each word is a function of key, counter and index alone, so that it is the same on every backend.
 *
 * @param out Filled; as signed integers.
 */
export function philox(key: Halves, counter: Halves, out: Int32Array): void {
  const [firstK0, firstK1] = key;
  const [firstC2, firstC3] = counter;
  for (let start = 0; start < out.length; start += 4) {
    let c0 = start / 4;
    let c1 = 0;
    let c2 = firstC2;
    let c3 = firstC3;
    let k0 = firstK0;
    let k1 = firstK1;
    for (let round = 0; round < ROUNDS; round++) {
      const high0 = highOfProduct(M0, c0);
      const low0 = Math.imul(M0, c0);
      const high1 = highOfProduct(M1, c2);
      const low1 = Math.imul(M1, c2);
      c0 = high1 ^ c1 ^ k0;
      c1 = low1;
      c2 = high0 ^ c3 ^ k1;
      c3 = low0;
      k0 = (k0 + W0) | 0;
      k1 = (k1 + W1) | 0;
    }
    out[start] = c0; // what is beyond the end of an array is not written
    out[start + 1] = c1;
    out[start + 2] = c2;
    out[start + 3] = c3;
  }
}

/** The upper 32 bits of a product of two unsigned words, by their halves: no sum has more than 32 bits. */
function highOfProduct(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = ((Math.imul(aHigh, bLow) >>> 0) + (Math.imul(aLow, bLow) >>> 16)) >>> 0;
  const other = ((Math.imul(aLow, bHigh) >>> 0) + (middle & 0xffff)) >>> 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (other >>> 16)) | 0;
}

/** A whole number from 0 to 2^53 - 1 in two words. */
export function halvesOf(value: number): Halves {
  return [value | 0, Math.floor(value / 2 ** 32) | 0];
}
