import type { Values } from './values.js';

/** The sum, in one double. */
export function totalOf(values: ArrayLike<number>): number {
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
    const sum = totalOf(powers);
    result.push(...powers.map((power) => power / sum));
  }
  return { shape, values: result };
}
