// Dropout whose masks are the same on every backend, eager and in traced steps.
import * as tf from '@tensorflow/tfjs-core';
import { SGD } from '@tfjs-heads/optimizers';
import { expect, it } from 'vitest';
import { Dropout, traceStep } from '../src/index.js';
import { draw, expectSameSteps, type Trainee, variable } from './support.js';

it('has masks of its seed and its count, and a gradient that they let through', async () => {
  const dropout = new Dropout({ rate: 0.5, seed: 7 });
  const x = tf.ones([3, 3]);
  const before = tf.memory().numTensors;
  const made = [dropout.apply(x), dropout.apply(x)];
  expect(tf.memory().numTensors).toBe(before + 2);
  const masks = [
    [0, 0, 2, 2, 2, 0, 2, 0, 2],
    [2, 2, 2, 2, 0, 0, 0, 2, 2],
  ];
  for (const [index, tensor] of made.entries()) expect(Array.from(await tensor.data())).toEqual(masks[index]);
  dropout.iterations = 0;
  const gradient = tf.grad((given) => tf.mul(dropout.apply(given), 3))(x);
  expect(Array.from(await gradient.data())).toEqual(masks[0]?.map((value) => 3 * value));
  expect(dropout.iterations).toBe(1);
  tf.dispose([x, gradient, ...made]);
});

it('is fed in a traced step, two in a network', async () => {
  const make = (): Trainee<(x: tf.Tensor) => tf.Scalar> => {
    const variables = [variable([3, 4], 1), variable([4, 1], 2)] as const;
    const [first, second] = [new Dropout({ rate: 0.2, seed: 1 }), new Dropout({ rate: 0.5, seed: 2 })];
    const sgd = new SGD({ learningRate: 0.1 });
    const step = (x: tf.Tensor): tf.Scalar =>
      sgd.minimize(
        () => {
          const hidden = tf.relu(tf.matMul(first.apply(x) as tf.Tensor2D, variables[0] as tf.Tensor as tf.Tensor2D));
          const out = tf.matMul(second.apply(hidden) as tf.Tensor2D, variables[1] as tf.Tensor as tf.Tensor2D);
          return tf.mean(tf.square(tf.sub(out, 1))) as tf.Scalar;
        },
        true,
        [...variables],
      ) as tf.Scalar;
    return { variables, step };
  };
  const { trace, replayed } = await expectSameSteps(make, (index): [tf.Tensor] => [draw([4, 3], index)]);
  expect(trace.reason).toBeUndefined();
  expect(replayed).toBeGreaterThan(7);
  trace.dispose();
});

it('makes a step eager that applies one twice', () => {
  const dropout = new Dropout({ rate: 0.5 });
  const trace = traceStep((x: tf.Tensor) => tf.add(dropout.apply(x), dropout.apply(x)), { variables: [] });
  const x = draw([2, 2], 1);
  for (let index = 0; index < 6; index++) trace(x).dispose();
  expect(trace.reason).toMatch(/one Dropout is applied several times/);
  expect(dropout.iterations).toBe(12);
  x.dispose();
});
