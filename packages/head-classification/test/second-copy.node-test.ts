// A program may have two copies of tfjs-core, which share one engine: a step traced by the one, with an optimizer of the other.
import '@tensorflow/tfjs-backend-cpu';
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers gradients
import { trainStep } from '@tfjs-heads/tracing';
import { expect, it } from 'vitest';
import { BinaryClassHead } from '../src/index.js';

const other = createRequire(import.meta.url)('@tensorflow/tfjs-core/dist/tf-core.es2017.js') as typeof tf;

it('counts the steps of an optimizer of another copy of tfjs-core', async () => {
  const optimizer = other.train.momentum(0.1, 0.9);
  expect(other.Optimizer).not.toBe(tf.Optimizer);
  const w = tf.variable(tf.zeros([3, 1]));
  const step = trainStep(new BinaryClassHead(), {
    network: ({ x }: { readonly x: tf.Tensor }) => tf.matMul(x as tf.Tensor2D, w as tf.Tensor as tf.Tensor2D),
    optimizer,
    variables: [w],
  });
  const batch = { features: { x: tf.ones([2, 3]) }, labels: tf.tensor2d([[0], [1]]) };
  for (let count = 1; count <= 9; count++) {
    step(batch).dispose();
    expect(optimizer.iterations).toBe(count);
  }
  expect(step.reason).toBeUndefined();
  const [iterations] = await optimizer.getWeights();
  expect(await iterations?.tensor.data()).toEqual(Int32Array.of(9));
});
