// Weights that have been computed on WebGPU survive a workload that trains them elsewhere.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { startBackend } from '../src/index.js';
import { repairNodeGradients } from '../src/repairs/node-gradients.js';

test('weights on the GPU', async () => {
  await repairNodeGradients();
  const weights = tf.tidy(() => tf.variable(tf.add(tf.tensor1d([1, -2, 3]), 0.5)));
  const kept = tf.mul(weights, 2);
  const optimizer = tf.train.sgd(0.1);
  const workload = () => ({
    run: () =>
      optimizer.minimize(() => tf.sum(tf.mul(tf.square(weights), kept)) as tf.Scalar, true, [weights]) as tf.Scalar,
  });
  const { name, candidates } = await startBackend({ allow: ['cpu', 'webgpu'], workload });
  console.log(candidates.map(({ name: tried, status, reason }) => `${tried} ${status} ${reason}`).join('\n'));
  expect(candidates.map(({ milliseconds }) => typeof milliseconds)).toEqual(['number', 'number']);
  expect(tf.getBackend()).toBe(name);
  expect(Array.from(await weights.data())).toEqual([1.5, -1.5, 3.5]);
  expect(Array.from(await kept.data())).toEqual([3, -3, 7]);
  optimizer.dispose();
  tf.dispose([weights, kept]);
});
