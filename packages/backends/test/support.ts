import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** Reads and disposes. */
export async function valuesOf(make: () => tf.Tensor): Promise<number[]> {
  const tensor = tf.tidy(make);
  const values = Array.from(await tensor.data());
  tensor.dispose();
  return values;
}

export function largestDifference(actual: readonly number[], expected: readonly number[]): number {
  expect(actual).toHaveLength(expected.length);
  // Not `Math.max(...)`, which has no room for so many arguments; a NaN stays one.
  return actual.reduce((largest, value, i) => {
    const difference = Math.abs(value - (expected[i] as number));
    return difference <= largest ? largest : difference;
  }, 0);
}

export function random(shape: number[], seed: number): tf.Tensor {
  return tf.randomNormal(shape, 0, 1, 'float32', seed);
}
