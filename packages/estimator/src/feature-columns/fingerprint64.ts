/**
 * FarmHash Fingerprint64 of the bytes of a text in UTF-8, from 0 to 2^64 - 1: what the original puts texts into buckets by. After Geoff
 * Pike's farmhash.cc (`farmhashna::Hash64`), which promises that it never changes. The WebAssembly of the npm package farmhash-modern
 * cannot be loaded by a page without a plugin of its bundler.
 */
export function fingerprint64(text: string): bigint {
  const known = recent.get(text);
  if (known !== undefined) return known;
  const fingerprint = hash(new TextEncoder().encode(text));
  if (text.length > LONGEST) return fingerprint;
  if (recent.size === MOST) recent.clear();
  recent.set(text, fingerprint);
  return fingerprint;
}

// Categories come again and again, and arithmetic of 64 bits takes its time.
const recent = /*#__PURE__*/ new Map<string, bigint>();
const MOST = 10_000;
const LONGEST = 64;

function hash(bytes: Uint8Array): bigint {
  const { length } = bytes;
  if (length <= 16) return ofUpTo16(bytes);
  if (length <= 32) return ofUpTo32(bytes);
  return length <= 64 ? ofUpTo64(bytes) : ofMany(bytes);
}

/** One fingerprint of two, in their order: how the original crosses values (`FingerprintCat64`). */
export function concatFingerprints(first: bigint, second: bigint): bigint {
  return shiftMix(
    times(shiftMix(times(first ^ CONCAT ^ times(shiftMix(times(second, CONCAT)), CONCAT), CONCAT)), CONCAT),
  );
}

const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;
const CONCAT = 0xc6a4a7935bd1e995n;

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const times = (a: bigint, b: bigint): bigint => u64(a * b);
const shiftMix = (value: bigint): bigint => value ^ (value >> 47n);
const rotate = (value: bigint, by: bigint): bigint => u64((value >> by) | (value << (64n - by)));

/** Two numbers to one. */
function mix(u: bigint, v: bigint, by: bigint): bigint {
  const a = shiftMix(times(u ^ v, by));
  return times(shiftMix(times(v ^ a, by)), by);
}

/** Reads whole numbers, the lowest byte first; a place below 0 counts from the end. */
function reader(bytes: Uint8Array): (at: number) => bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (at) => view.getBigUint64(at < 0 ? at + bytes.length : at, true);
}

function ofUpTo16(bytes: Uint8Array): bigint {
  const { length } = bytes;
  const by = u64(K2 + BigInt(length) * 2n);
  if (length >= 8) {
    const read = reader(bytes);
    const a = u64(read(0) + K2);
    const b = read(-8);
    return mix(u64(rotate(b, 37n) * by + a), times(rotate(a, 25n) + b, by), by);
  }
  if (length >= 4) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, length);
    const [first, last] = [view.getUint32(0, true), view.getUint32(length - 4, true)];
    return mix(BigInt(length + first * 8), BigInt(last), by);
  }
  if (length === 0) return K2;
  const at = (i: number): number => bytes[i] as number;
  const y = BigInt(at(0) + at(length >> 1) * 256);
  const z = BigInt(length + at(length - 1) * 4);
  return times(shiftMix(times(y, K2) ^ times(z, K0)), K2);
}

function ofUpTo32(bytes: Uint8Array): bigint {
  const read = reader(bytes);
  const by = u64(K2 + BigInt(bytes.length) * 2n);
  const a = times(read(0), K1);
  const b = read(8);
  const c = times(read(-8), by);
  const d = times(read(-16), K2);
  return mix(u64(rotate(u64(a + b), 43n) + rotate(c, 30n) + d), u64(a + rotate(u64(b + K2), 18n) + c), by);
}

function ofUpTo64(bytes: Uint8Array): bigint {
  const read = reader(bytes);
  const by = u64(K2 + BigInt(bytes.length) * 2n);
  const a = times(read(0), K2);
  const b = read(8);
  const c = times(read(-8), by);
  const y = u64(rotate(u64(a + b), 43n) + rotate(c, 30n) + read(-16) * K2);
  const z = mix(y, u64(a + rotate(u64(b + K2), 18n) + c), by);
  const e = times(read(16), by);
  const f = read(24);
  const g = times(y + read(-32), by);
  const h = times(z + read(-24), by);
  return mix(u64(rotate(u64(e + f), 43n) + rotate(g, 30n) + h), u64(e + rotate(u64(f + a), 18n) + g), by);
}

type Pair = readonly [bigint, bigint];

/** Mixes 32 bytes into two numbers. */
function mix32(read: (at: number) => bigint, at: number, first: bigint, second: bigint): Pair {
  const [x, y, z] = [read(at + 8), read(at + 16), read(at + 24)];
  const c = u64(first + read(at));
  const b = rotate(u64(second + c + z), 21n);
  const a = u64(c + x + y);
  return [u64(a + z), u64(b + rotate(a, 44n) + c)];
}

function ofMany(bytes: Uint8Array): bigint {
  const read = reader(bytes);
  const end = ((bytes.length - 1) >> 6) * 64;
  const rest = BigInt((bytes.length - 1) & 63);
  let x = u64(81n * K2 + read(0));
  let y = u64(81n * K1 + 113n);
  let z = times(shiftMix(u64(y * K2 + 113n)), K2);
  let v: Pair = [0n, 0n];
  let w: Pair = [0n, 0n];
  const round = (at: number, by: bigint, factor: bigint): void => {
    x = times(rotate(u64(x + y + v[0] + read(at + 8)), 37n), by) ^ times(w[1], factor);
    y = u64(times(rotate(u64(y + v[1] + read(at + 48)), 42n), by) + v[0] * factor + read(at + 40));
    z = times(rotate(u64(z + w[0]), 33n), by);
    v = mix32(read, at, times(v[1], by), u64(x + w[0]));
    w = mix32(read, at + 32, u64(z + w[1]), u64(y + read(at + 16)));
    [z, x] = [x, z];
  };
  for (let at = 0; at < end; at += 64) round(at, K1, 1n);
  const by = u64(K1 + (z & 0xffn) * 2n);
  const first = u64(w[0] + rest);
  v = [u64(v[0] + first), v[1]];
  w = [u64(first + v[0]), w[1]];
  round(bytes.length - 64, by, 9n); // the last 64 bytes, some of them for the second time
  return mix(u64(mix(v[0], w[0], by) + shiftMix(y) * K0 + z), u64(mix(v[1], w[1], by) + x), by);
}
