import type { HexNumber } from '@tfjs-heads/head-api';

// Finite doubles as whole multiples of the smallest of them, 2^-1074, which no sum has to round.

const SMALLEST_EXPONENT = -1074;
const MANTISSA_BITS = 52n;
const MANTISSA = (1n << MANTISSA_BITS) - 1n;
const EXPONENT = 0x7ffn;
/** With so many leading bits, and one that tells whether there are others, a number is rounded as it is with all of them. */
const LEADING_BITS = 64;

const double = /*#__PURE__*/ new Float64Array(1);
const bits = /*#__PURE__*/ new BigUint64Array(double.buffer);

/** How many of the smallest doubles a finite one is. */
export function unitsOf(value: number): bigint {
  if (value === 0) return 0n;
  double[0] = value; // the sign is in neither part
  const word = bits[0] as bigint;
  const exponent = (word >> MANTISSA_BITS) & EXPONENT;
  const mantissa = word & MANTISSA;
  const units = exponent === 0n ? mantissa : (mantissa | (1n << MANTISSA_BITS)) << (exponent - 1n);
  return value < 0 ? -units : units;
}

/** The nearest double, of two as near the even one, infinite beyond the largest. */
export function numberOf(units: bigint): number {
  if (units < 0n) return -numberOf(-units);
  const dropped = Math.max(0, bitLength(units) - LEADING_BITS);
  const leading = units >> BigInt(dropped);
  const isWhole = leading << BigInt(dropped) === units;
  // In two steps, neither of which rounds: a power of two alone may be no double.
  const exponent = dropped + SMALLEST_EXPONENT;
  const half = exponent >> 1;
  return Number(isWhole ? leading : leading | 1n) * 2 ** half * 2 ** (exponent - half);
}

/** As text: a hexadecimal number, as C's `%a` and Python's `float.hex` have it, of an odd number times a power of two. */
export function hexOf(units: bigint): HexNumber {
  const size = units < 0n ? -units : units;
  const zeros = size === 0n ? 0 : bitLength(size & -size) - 1;
  return `${units < 0n ? '-' : ''}0x${(size >> BigInt(zeros)).toString(16)}p${zeros + SMALLEST_EXPONENT}`;
}

/** More than any sum of doubles that could be made: 2^64 times the largest one. */
const LARGEST_EXPONENT = 1024 + 64;
const HEX = /^(-?)0x([0-9a-f]{1,600})p(-?\d{1,4})$/;

/** What {@link hexOf} has written; undefined for any other text. */
export function unitsOfHex(text: string): bigint | undefined {
  const [, sign, digits = '', power] = HEX.exec(text) ?? [];
  const exponent = Number(power);
  if (!(exponent >= SMALLEST_EXPONENT && exponent + 4 * (digits.length - 1) <= LARGEST_EXPONENT)) return undefined;
  const size = BigInt(`0x${digits}`) << BigInt(exponent - SMALLEST_EXPONENT);
  return sign === '-' ? -size : size;
}

function bitLength(units: bigint): number {
  const digits = units.toString(16);
  return 4 * digits.length + 28 - Math.clz32(Number.parseInt(digits.charAt(0), 16));
}
