/** Numbers with their shape, row-major; what goes into a head is exact in float32. */
export interface Values {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  /** Default: float32, unless what it is a part of says otherwise. */
  readonly dtype?: 'float32' | 'int32' | 'bool';
}

/** How many values a shape has: 1 for a scalar's `[]`. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dimension) => size * dimension, 1);
}

/** The same value at every place. */
export function filled(shape: readonly number[], value: number): Values {
  return { shape, values: Array.from({ length: sizeOf(shape) }, () => value) };
}

/** Every number through a function, which gets its index in row-major order, too. */
export function mapValues({ shape, values }: Values, map: (value: number, index: number) => number): Values {
  return { shape, values: values.map(map) };
}

/** The largest magnitude, 0 of nothing; numbers that are not finite have no say. */
export function largest(values: ArrayLike<number>): number {
  return Array.from(values, Math.abs)
    .filter(Number.isFinite)
    .reduce((most, magnitude) => Math.max(most, magnitude), 0);
}

/** A sum of a metric's state as a double, rounded where the state has it in full: `0x1f3p-40` is 0x1f3 times 2^-40. */
export function sumValue(sum: number | string): number {
  const [, sign, digits, exponent] = /^(-?)(0x[0-9a-f]+)p(-?\d+)$/.exec(String(sum)) ?? [];
  if (digits === undefined) return Number(sum);
  // More digits than a double reaches are cut, but for whether there is any 1 among them: that decides a tie.
  const units = BigInt(digits);
  const cut = Math.max(0, 4 * (digits.length - 2) - 64);
  const rest = units & ((1n << BigInt(cut)) - 1n);
  const leading = (units >> BigInt(cut)) | (rest === 0n ? 0n : 1n);
  return (sign === '-' ? -1 : 1) * Number(leading) * 2 ** (Number(exponent) + cut);
}
