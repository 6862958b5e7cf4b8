import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { startBackend, type Workload } from '../src/index.js';

/** Trains a variable of the program; slow on a backend that is to lose. */
function training(weights: tf.Variable, loser: string): Workload {
  return () => ({
    run: () => {
      const end = performance.now() + (tf.getBackend() === loser ? 30 : 0);
      while (performance.now() < end);
      return tf.train.sgd(0.1).minimize(() => tf.sum(tf.square(weights)) as tf.Scalar, true, [weights]) as tf.Scalar;
    },
  });
}

test.each([
  ['tensorflow', 'wasm'],
  ['wasm', 'tensorflow'],
  ['wasm', 'cpu'],
  ['tensorflow', 'cpu'],
  ['cpu', 'wasm'],
])('weights made on cpu are there when %s beats %s', async (winner, loser) => {
  await tf.setBackend('cpu');
  const weights = tf.tidy(() =>
    tf.variable(
      tf.tensor2d([
        [1, -2],
        [3, 0.5],
      ]),
    ),
  );
  const kept = tf.tensor1d([7, 8, 9]);
  for (const allow of [
    [winner, loser],
    [loser, winner],
  ]) {
    const { name } = await startBackend({ allow, workload: training(weights, loser) });
    expect(name).toBe(winner);
    expect(tf.getBackend()).toBe(winner);
    expect(Array.from(await weights.data())).toEqual([1, -2, 3, 0.5]);
    expect(Array.from(await tf.square(weights).data())).toEqual([1, 4, 9, 0.25]);
    expect(Array.from(kept.dataSync())).toEqual([7, 8, 9]);
  }
  tf.dispose([weights, kept]);
});
