import * as tf from '@tensorflow/tfjs-core';
import { Adam } from '@tfjs-heads/optimizers';
import { describe, expect, it, vi } from 'vitest';
import { traceStep } from '../src/index.js';
import { draw, expectSameSteps, type Trainee, variable } from './support.js';

interface XY {
  readonly x: tf.Tensor;
  readonly y: tf.Tensor;
}

const batch = (index: number): [XY] => {
  const x = draw([5, 3], 10 + index);
  return [{ x, y: tf.cast(tf.greater(tf.sum(x, 1, true), 0), 'float32') }];
};

function dense(optimizer: tf.Optimizer): Trainee<(batch: XY) => tf.Scalar> {
  const variables = [variable([3, 4], 1), variable([4], 2), variable([4, 1], 3), variable([1], 4)];
  const [w1, b1, w2, b2] = variables as [tf.Variable, tf.Variable, tf.Variable, tf.Variable];
  const network = (x: tf.Tensor): tf.Tensor =>
    tf.add(tf.matMul(tf.relu(tf.add(tf.matMul(x as tf.Tensor2D, w1 as tf.Tensor2D), b1)), w2 as tf.Tensor2D), b2);
  return {
    variables,
    step: ({ x, y }) =>
      optimizer.minimize(() => tf.losses.sigmoidCrossEntropy(y, network(x)), true, variables) as tf.Scalar,
  };
}

describe('a traced step gives the bits of the eager one', () => {
  it('of a linear model', async () => {
    const { trace, replayed } = await expectSameSteps(() => {
      const w = variable([3, 1], 1);
      const optimizer = tf.train.sgd(0.1);
      const loss = ({ x, y }: XY) =>
        tf.losses.meanSquaredError(y, tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D)) as tf.Scalar;
      return { variables: [w], step: (given: XY) => optimizer.minimize(() => loss(given), true, [w]) as tf.Scalar };
    }, batch);
    expect(trace.reason).toBeUndefined();
    expect(replayed).toBe(12 - 1); // trusted at the second
  });

  it.each([
    ['SGD', () => tf.train.sgd(0.1)],
    ['momentum', () => tf.train.momentum(0.1, 0.9)],
    ['Adam', () => tf.train.adam(0.01, 0.9, 0.999, 1e-7)],
  ] as const)('of a dense network by %s', async (_, optimizer) => {
    const { trace, replayed } = await expectSameSteps(() => dense(optimizer()), batch);
    expect(trace.reason).toBeUndefined();
    expect(replayed).toBeGreaterThan(5);
  });
});

it('prints its program', () => {
  const { variables, step } = dense(tf.train.sgd(0.1));
  const trace = traceStep(step, { variables });
  expect(String(trace)).toBe('no program: It has not been called yet.');
  for (let index = 0; index < 3; index++) tf.tidy(() => trace(...batch(index)));
  expect(String(trace)).toMatch(/^program for \w+: \d+ kernels(, run .+)?\n%0 = argument 0.x: float32\[5,3\]\n/);
  expect(String(trace)).toContain(`assign ${variables[3]?.name} = %`);
  trace.dispose();
  expect(trace.reason).toBe('The trace is disposed of.');
});

it('leaves nothing behind', () => {
  const { variables, step } = dense(tf.train.adam(0.01, 0.9, 0.999, 1e-7));
  const trace = traceStep(step, { variables });
  const [given] = batch(0);
  for (let index = 0; index < 4; index++) trace(given).dispose();
  const before = tf.memory();
  for (let index = 0; index < 100; index++) trace(given).dispose();
  const { numTensors, numDataBuffers, numBytes } = tf.memory();
  expect({ numTensors, numDataBuffers, numBytes }).toEqual({
    numTensors: before.numTensors,
    numDataBuffers: before.numDataBuffers,
    numBytes: before.numBytes,
  });
});

it('reads nothing by a blocking call in a replay', () => {
  const { variables, step } = dense(new Adam({ learningRate: 0.01 }));
  const trace = traceStep(step, { variables });
  const [given] = batch(0);
  // Where the memory is this process' own, a recording is compared with its replay by reading both: in the 2nd, 4th, 8th, ... call.
  for (let index = 0; index < 8; index++) trace(given).dispose();
  // Kernels of native TensorFlow look at memory of this process by the backend's own method, which waits for nothing.
  const places = tf.getBackend() === 'tensorflow' ? [tf.engine()] : [tf.engine(), tf.backend()];
  const reads = places.map((place) => vi.spyOn(place as unknown as { readSync(): unknown }, 'readSync'));
  for (let index = 8; index < 15; index++) trace(given).dispose();
  expect(trace.reason).toBeUndefined();
  tf.tidy(() => void step(given));
  expect(reads.map(({ mock }) => mock.calls.length)).toEqual(reads.map(() => 0));
  vi.restoreAllMocks();
});
