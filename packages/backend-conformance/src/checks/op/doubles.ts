import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import { exact, random, sizeOf } from '../../draw.js';

/** A matrix or a batch of numbers in this process, row-major: what expected values are worked out from. */
export interface Doubles {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** Numbers in [low, high] that float32 has exactly, the same for the same seed. */
export function drawn(shape: readonly number[], seed: number, low = -2, high = 2): Doubles {
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

/** The numbers as a tensor, uploaded. */
export function upload({ shape, values }: Doubles): Tensor {
  return tensor([...values], [...shape], 'float32');
}

/** Every number through a function. */
export function map({ shape, values }: Doubles, f: (value: number, index: number) => number): Doubles {
  return { shape, values: values.map(f) };
}

/** A matrix turned. */
export function transposed({ shape, values }: Doubles): Doubles {
  const [rows = 1, columns = 1] = shape;
  return { shape: [columns, rows], values: Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)] as number) };
}

/** The product of two matrices, and for each element the sum of the magnitudes that were added up. */
export function product(a: Doubles, b: Doubles): Doubles & { readonly scale: readonly number[] } {
  const [rows = 1, shared = 1] = a.shape;
  const [, columns = 1] = b.shape;
  const values: number[] = [];
  const scale: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      let magnitude = 0;
      for (let k = 0; k < shared; k++) {
        const term = (a.values[i * shared + k] as number) * (b.values[k * columns + j] as number);
        sum += term;
        magnitude += Math.abs(term);
      }
      values.push(sum);
      scale.push(magnitude);
    }
  }
  return { shape: [rows, columns], values, scale };
}

/** One matrix of a batch. A batch of one serves for every index. */
export function matrixOf({ shape, values }: Doubles, index: number): Doubles {
  const [count = 1, rows = 1, columns = 1] = shape;
  const size = rows * columns;
  const start = (index % count) * size;
  return { shape: [rows, columns], values: values.slice(start, start + size) };
}

export function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum;
}

export function sigmoidOf(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** The softmax of each row. */
export function softmaxOf({ shape, values }: Doubles): Doubles {
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
