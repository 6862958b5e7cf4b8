import { exact, random, sizeOf, type Values } from '@tfjs-heads/reference';

/** Numbers in [low, high] that float32 has exactly, the same for the same seed. */
export function drawn(shape: readonly number[], seed: number, low = -2, high = 2): Values {
  const next = random(seed);
  return { shape, values: Array.from({ length: sizeOf(shape) }, () => exact(next, low, high)) };
}

/** Evenly spread numbers, rounded to float32. */
export function spread(low: number, high: number, count = 257): number[] {
  return Array.from({ length: count }, (_, i) => Math.fround(low + ((high - low) * i) / (count - 1)));
}

/** Numbers of every order of magnitude between two, rounded to float32. */
export function magnitudes(low: number, high: number, count = 129): number[] {
  return spread(Math.log(low), Math.log(high), count).map((exponent) => Math.fround(Math.exp(exponent)));
}

/** One matrix of a batch. A batch of one serves for every index. */
export function matrixOf({ shape, values }: Values, index: number): Values {
  const [count = 1, rows = 1, columns = 1] = shape;
  const size = rows * columns;
  const start = (index % count) * size;
  return { shape: [rows, columns], values: values.slice(start, start + size) };
}

/** The sum, in one double. */
export function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum;
}

/** `1 / (1 + exp(-x))`, without an overflow. */
export function sigmoidOf(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** The softmax of each row. */
export function softmaxOf({ shape, values }: Values): Values {
  const columns = shape.at(-1) as number;
  const result: number[] = [];
  for (let start = 0; start < values.length; start += columns) {
    const row = values.slice(start, start + columns);
    const largest = Math.max(...row);
    const powers = row.map((x) => Math.exp(x - largest));
    const total = sumOf(powers);
    result.push(...powers.map((power) => power / total));
  }
  return { shape, values: result };
}
