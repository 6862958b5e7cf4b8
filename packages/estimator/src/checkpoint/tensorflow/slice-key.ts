import type { TensorSlice } from './messages.js';

/** What a byte becomes within a text, whose end is a 0 and a 1. */
const ESCAPES: Readonly<Record<string, string>> = { '\u0000': '\u0000\u00FF', '\u00FF': '\u00FF\u0000' };

/**
 * The key under which a part of a tensor is in a bundle (tensorflow/core/util/saved_tensor_slice_util.h): names and numbers in a form that sorts as they do
 * (tensorflow/core/lib/strings/ordered_code.h).
 *
 * @param name Each byte a character, as is the key.
 */
export function sliceKey(name: string, slice: TensorSlice): string {
  const text = [...name].map((char) => ESCAPES[char] ?? char).join('');
  const numbers = slice.flatMap(({ start, length }) => [signed(start), signed(length)]);
  return `${unsigned(0)}${text}\u0000\u0001${unsigned(slice.length)}${numbers.join('')}`;
}

/** The number of bytes, and the bytes, the highest first. */
function unsigned(value: number): string {
  let bytes = '';
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes = String.fromCharCode(rest % 256) + bytes;
  return String.fromCharCode(bytes.length) + bytes;
}

/** As many ones as there are bytes, turned about for numbers below 0, and seven bits a byte, the highest first. */
function signed(value: number): string {
  const big = BigInt(value);
  const bits = value === 0 || value === -1 ? 0 : (value < 0 ? ~big : big).toString(2).length;
  const count = Math.floor(bits / 7) + 1;
  const ones = ((1n << BigInt(count)) - 1n) << BigInt(count * 7);
  const coded = BigInt.asUintN(count * 8, big) ^ BigInt.asUintN(count * 8, ones);
  return Buffer.from(coded.toString(16).padStart(count * 2, '0'), 'hex').toString('latin1');
}
