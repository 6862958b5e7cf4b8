import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { repairNodeGradients } from '../src/repairs/node-gradients.js';
import { repairSecondDerivatives } from '../src/repairs/second-derivatives.js';
import { demonstrate } from './demonstrate.js';
import { readValues } from './support.js';

/** The second derivative of `sum(f(x))`. */
const second = (f: (x: tf.Tensor) => tf.Tensor, x: number[]): Promise<number[]> =>
  readValues(() => tf.grad((y) => tf.grad((z) => tf.sum(f(z)))(y))(tf.tensor1d(x)));

/** A hinge whose mask is saved: a constant, since a comparison has no gradient. */
const masked = tf.customGrad((x, save) => {
  const mask = tf.cast(tf.greater(x as tf.Tensor, 0), 'float32');
  (save as (tensors: tf.Tensor[]) => void)([mask, x as tf.Tensor]);
  return {
    value: tf.mul(mask, tf.square(x as tf.Tensor)),
    gradFunc: (dy: tf.Tensor, [m, z]: tf.Tensor[]) => tf.mul(dy, tf.mul(m as tf.Tensor, tf.mul(2, z as tf.Tensor))),
  };
}) as (x: tf.Tensor) => tf.Tensor;

test('what a gradient uses of what its operation has put out is a constant to tfjs', async () => {
  await repairNodeGradients();
  const error = async (): Promise<number> =>
    Math.abs(((await second((x) => tf.square(tf.exp(x)), [1]))[0] as number) / (4 * Math.E ** 2) - 1);
  await demonstrate(repairSecondDerivatives, error, { broken: 0.1, cured: 1e-4 });
});

test('a custom gradient that saves a mask keeps its second derivative', async () => {
  expect(await second(masked, [-1, 2])).toEqual([0, 2]);
});

test('kernels and first derivatives are what they were, and nothing is left behind', async () => {
  const { engine } = tf;
  const names: string[] = [];
  const { runKernel } = engine();
  engine().runKernel = (name, ...rest) => {
    names.push(name);
    return runKernel.call(engine(), name, ...rest) as never;
  };
  const before = tf.memory().numTensors;
  try {
    await readValues(() => tf.grad((x) => tf.sum(tf.exp(x)))(tf.tensor1d([1, 2])));
    await second((x) => tf.losses.softmaxCrossEntropy(tf.tensor1d([1, 0]), x), [0, 1]);
  } finally {
    engine().runKernel = runKernel;
  }
  expect(names.slice(0, names.indexOf('Exp') + 2)).toEqual(['Exp', 'Identity']);
  expect(tf.memory().numTensors).toBe(before);
});
