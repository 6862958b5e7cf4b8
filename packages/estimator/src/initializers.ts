import { tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { random } from '@tfjs-heads/reference';

/**
 * Gives what a variable starts with, float32, which the caller owns. Numbers are drawn in doubles on the host, so that the same seed gives
 * the same ones on every backend.
 */
export type Initializer = (shape: readonly number[], seed: number) => Tensor;

/** All zeros. */
export const zeros: Initializer = (shape) => fromEach(shape, () => 0);

/** All ones. */
export const ones: Initializer = (shape) => fromEach(shape, () => 1);

/**
 * Evenly from -limit to limit, limit = sqrt(6 / (fanIn + fanOut)): what a dense layer of the original starts with (Glorot and Bengio, 2010).
 * The last dimension is the fan out, the last but one the fan in; dimensions before them multiply both.
 */
export const glorotUniform: Initializer = (shape, seed) => {
  const [fanIn, fanOut] = fans(shape);
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  const next = random(seed);
  return fromEach(shape, () => (2 * next() - 1) * limit);
};

/**
 * Normal with a mean of 0, drawn again where it is more than two standard deviations away.
 *
 * @param stddev Of the normal distribution before it is cut.
 */
export function truncatedNormal(stddev: number): Initializer {
  return (shape, seed) => {
    const next = random(seed);
    return fromEach(shape, () => {
      for (;;) {
        const drawn = normal(next);
        if (Math.abs(drawn) <= 2) return drawn * stddev;
      }
    });
  };
}

/**
 * A matrix whose columns, or rows where those are fewer, are orthogonal and of length 1: what the recurrent kernels of the original start with
 * (Saxe et al., 2014). Of normal numbers, by the method of Gram and Schmidt, in doubles.
 */
export const orthogonal: Initializer = (shape, seed) => {
  const [rows, columns] = [shape.slice(0, -1).reduce((product, size) => product * size, 1), shape.at(-1) ?? 1];
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const next = random(seed);
  const vectors: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const vector = Float64Array.from({ length }, () => normal(next));
    // Twice: the first time leaves a rounding of what it takes away.
    for (const other of [...vectors, ...vectors]) {
      const along = vector.reduce((total, value, at) => total + value * (other[at] as number), 0);
      for (let at = 0; at < length; at++) vector[at] = (vector[at] as number) - along * (other[at] as number);
    }
    const norm = Math.hypot(...vector);
    vectors.push(vector.map((value) => value / norm));
  }
  const value = (row: number, column: number): number =>
    (rows < columns ? vectors[row]?.[column] : vectors[column]?.[row]) ?? 0;
  let i = 0;
  return fromEach(shape, () => {
    const at = i++;
    return value(Math.floor(at / columns), at % columns);
  });
};

/** Standard normal, by Box and Muller. */
function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

function fans(shape: readonly number[]): readonly [number, number] {
  const fanOut = shape.at(-1) ?? 1;
  const fanIn = shape.at(-2) ?? fanOut;
  const field = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  return [fanIn * field, fanOut * field];
}

function fromEach(shape: readonly number[], draw: () => number): Tensor {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return tensor(Float32Array.from({ length: size }, draw), [...shape], 'float32');
}
