// What is nothing but roundings, and what is not, where a step runs as one function of WebAssembly for the first times.
import * as tf from '@tensorflow/tfjs-core';
import { LabelRange, sigmoidCrossEntropy, weightedLoss } from '@tfjs-heads/head-kit';
import { Adam, SGD } from '@tfjs-heads/optimizers';
import '@tensorflow/tfjs-layers'; // registers gradients
import { expect, it, onTestFinished, vi } from 'vitest';
import { CompiledStep } from '../src/compiled/compiled-step.js';
import { type Trace, traceStep } from '../src/index.js';
import type { Outcome } from '../src/replay.js';
import { draw, variable } from './support.js';

const optimizers: Readonly<Record<string, () => tf.Optimizer>> = {
  SGD: () => new SGD({ learningRate: 0.1 }),
  'SGD with momentum': () => new SGD({ learningRate: 0.1, momentum: 0.9 }),
  Adam: () => new Adam({ learningRate: 0.01 }),
};

/** A network whose bias has a gradient of 0, since what follows takes the mean away; labels are held to their range. */
function normalized(optimizer: tf.Optimizer): { trace: Trace<(labels: tf.Tensor) => tf.Scalar>; labels: tf.Tensor } {
  const x = tf.keep(draw([32, 7], 1)) as tf.Tensor2D;
  const labels = tf.keep(tf.cast(tf.greater(draw([32, 1], 2), 0), 'float32'));
  const variables = [variable([7, 9], 3), variable([9], 4), variable([9, 1], 5)];
  const [weights, bias, output] = variables as unknown as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D];
  const options = { loss: sigmoidCrossEntropy, divisor: 32, labelRange: new LabelRange({ min: 0, max: 1 }) };
  const loss = (given: tf.Tensor): tf.Scalar => {
    const hidden = tf.add(tf.matMul(x, weights), bias);
    const { mean, variance } = tf.moments(hidden, 0, true);
    const normal = tf.div(tf.sub(hidden, mean), tf.sqrt(tf.add(variance, 1e-3)));
    return weightedLoss({ logits: tf.matMul(normal as tf.Tensor2D, output), labels: given }, options);
  };
  const step = (given: tf.Tensor): tf.Scalar => optimizer.minimize(() => loss(given), true, variables) as tf.Scalar;
  const trace = traceStep(step, { variables, threads: 1 });
  onTestFinished(() => {
    trace.dispose();
    optimizer.dispose();
    tf.dispose([x, labels, ...variables]);
  });
  return { trace, labels };
}

it.each(Object.entries(optimizers))('trusts a bias before a normalization, by %s, rehearsed', async (_, make) => {
  const { trace, labels } = normalized(make());
  await trace.rehearse(labels);
  trace(labels).dispose();
  expect(String(trace)).toMatch(/run as one function of WebAssembly\n/);
});

it.each(Object.entries(optimizers))('trusts a bias before a normalization, by %s, step by step', async (_, make) => {
  const { trace, labels } = normalized(make());
  for (let count = 0; count < 12; count++) {
    trace(labels).dispose();
    await new Promise((resolve) => setTimeout(resolve, 0)); // what compiles is loaded meanwhile
  }
  expect(String(trace)).not.toMatch(/it gives another/);
});

it('trusts a network that has learnt all there is', async () => {
  const [x, weights] = [tf.keep(draw([32, 7], 1)) as tf.Tensor2D, variable([7, 1], 2)];
  const y = tf.matMul(x, weights as tf.Tensor as tf.Tensor2D);
  const optimizer = new SGD({ learningRate: 0.01 });
  const wrong = (): tf.Tensor => tf.sub(tf.matMul(x, weights as tf.Tensor as tf.Tensor2D), tf.mul(y, 1 + 2 ** -23));
  const trace = traceStep(
    () => optimizer.minimize(() => tf.mean(tf.square(wrong())) as tf.Scalar, true, [weights]) as tf.Scalar,
    { variables: [weights] },
  );
  for (let count = 0; count < 10; count++) {
    trace().dispose();
    await new Promise((resolve) => setTimeout(resolve, 0)); // what compiles is loaded meanwhile
  }
  expect(String(trace)).not.toMatch(/it gives another/);
  trace.dispose();
  optimizer.dispose();
  tf.dispose([x, y, weights]);
});

/** What a function that is wrong gives. */
const faults: Readonly<Record<string, (outcome: Outcome) => void>> = {
  'another loss': ({ results: [loss] }) => void ((loss as Float32Array)[0]! *= 1.0001),
  'other weights': ({ assigned: [weights] }) => void ((weights as Float32Array)[5]! += 1e-5),
  'another bias': ({ assigned: [, bias] }) => void ((bias as Float32Array)[2]! += 1e-5),
};

it.each(Object.entries(faults))('refuses %s', async (_, spoil) => {
  const { trace, labels } = normalized(new SGD({ learningRate: 0.1 }));
  const original = CompiledStep.prototype.try;
  const spy = vi.spyOn(CompiledStep.prototype, 'try').mockImplementation(function (this: CompiledStep, ...args) {
    const outcome = original.apply(this, args);
    if (outcome !== undefined) spoil(outcome);
    return outcome;
  });
  onTestFinished(() => void spy.mockRestore());
  await trace.rehearse(labels);
  trace(labels).dispose();
  expect(String(trace)).toMatch(/as a function of WebAssembly it gives another/);
});
