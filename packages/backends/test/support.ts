import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type { HeadWorkload } from '../src/index.js';

/** Reads and disposes. */
export async function readValues(make: () => tf.Tensor): Promise<number[]> {
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

/** What a workload needs of a head: this one's loss is the mean of squared errors, each times the feature `weight` if there is one. */
export const squaredErrorHead: HeadWorkload['head'] = {
  logitsDimension: 1,
  loss(labels, logits, { features = {} } = {}) {
    const [expected, actual, { weight = tf.scalar(1) }] = [labels, logits, features] as [
      tf.Tensor,
      tf.Tensor,
      { weight?: tf.Tensor },
    ];
    if (!tf.util.arraysEqual(expected.shape, actual.shape))
      throw new Error(`labels: expected [${actual.shape.join(', ')}], got [${expected.shape.join(', ')}]`);
    const rows = weight.rank === 1 ? tf.reshape(weight, [-1, 1]) : weight;
    return tf.mean(tf.mul(rows, tf.squaredDifference(expected, actual))) as tf.Scalar;
  },
};
