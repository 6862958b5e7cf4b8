import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, inject, test } from 'vitest';
import { startBackend } from '../src/index.js';
import { random } from './support.js';

// A step is dozens of kernels, and a GPU in software takes its time for each: a hundred steps on webgpu took nine minutes.
const steps = inject('backend').startsWith('webg') ? 15 : 100;
const rows = 33; // Odd, as all sizes here: that is where padding shows.
const features = 7;
const units = 13;

beforeAll(async () => {
  const name = inject('backend');
  await startBackend({ prefer: [name], allow: [name], timeLimit: 90_000 });
});

type Loss = (logits: tf.Tensor2D) => tf.Scalar;

/** The losses of a small network over all steps on the current backend. */
async function train(logits: number, optimizer: tf.Optimizer, makeLoss: () => Loss): Promise<number[]> {
  const lossOf = makeLoss();
  const variables = tf.tidy(() => [
    tf.variable(tf.mul(random([features, units], 1), 0.3)),
    tf.variable(tf.zeros([units])),
    tf.variable(tf.mul(random([units, logits], 2), 0.3)),
    tf.variable(tf.zeros([logits])),
  ]) as [tf.Variable, tf.Variable, tf.Variable, tf.Variable];
  const [w1, b1, w2, b2] = variables;
  const x = random([rows, features], 3) as tf.Tensor2D;
  const losses: tf.Scalar[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = optimizer.minimize(
      () => {
        const hidden = tf.relu(tf.add(tf.matMul(x, w1 as unknown as tf.Tensor2D), b1)) as tf.Tensor2D;
        return lossOf(tf.add(tf.matMul(hidden, w2 as unknown as tf.Tensor2D), b2) as tf.Tensor2D);
      },
      true,
      variables,
    ) as tf.Scalar;
    losses.push(loss);
  }
  // Read at the end and all at once: on a GPU each reading waits for everything before it.
  const packed = tf.stack(losses);
  const values = Array.from(await packed.data());
  tf.dispose([x, packed, ...losses, ...variables]);
  optimizer.dispose();
  return values;
}

async function largestRelativeDifferenceFromCpu(
  logits: number,
  makeOptimizer: () => tf.Optimizer,
  makeLoss: () => Loss,
): Promise<number> {
  const actual = await train(logits, makeOptimizer(), makeLoss);
  await tf.setBackend('cpu');
  const expected = await train(logits, makeOptimizer(), makeLoss);
  await tf.setBackend(inject('backend'));
  expect(expected.at(-1)).toBeLessThan((1 - steps / 1000) * (expected[0] as number));
  return Math.max(...actual.map((value, i) => Math.abs(value / (expected[i] as number) - 1)));
}

test('a softmax loss of three classes with SGD', async () => {
  const makeLoss = (): Loss => {
    const classes = tf.tensor1d(
      Array.from({ length: rows }, (_, i) => (i * 7) % 3),
      'int32',
    );
    const labels = tf.cast(tf.oneHot(classes, 3), 'float32');
    return (logits) => tf.losses.softmaxCrossEntropy(labels, logits);
  };
  const difference = await largestRelativeDifferenceFromCpu(3, () => tf.train.sgd(0.1), makeLoss);
  console.log(`${inject('backend')} softmax sgd: ${difference.toExponential(1)}`);
  expect(difference).toBeLessThan(1e-5);
});

test('a gradient written out, three logits, SGD', async () => {
  const makeLoss = (): Loss => {
    const labels = tf.cast(tf.greater(random([rows, 3], 4), 0), 'float32');
    const loss = tf.customGrad((x, save) => {
      const logits = x as tf.Tensor;
      (save as tf.GradSaveFunc)([logits]);
      return {
        value: tf.mean(tf.sub(tf.softplus(logits), tf.mul(logits, labels))),
        gradFunc: (_: tf.Tensor, saved: tf.Tensor[]) =>
          tf.mul(tf.sub(tf.sigmoid(saved[0] as tf.Tensor), labels), 1 / (3 * rows)),
      };
    });
    return (logits) => loss(logits) as tf.Scalar;
  };
  const difference = await largestRelativeDifferenceFromCpu(3, () => tf.train.sgd(0.5), makeLoss);
  console.log(`${inject('backend')} written out sgd: ${difference.toExponential(1)}`);
  expect(difference).toBeLessThan(1e-5);
});

test('an embedding trains', async () => {
  const ids = tf.tensor1d([4, 0, 4, 2, 6, 2, 4], 'int32');
  const targets = random([7, 5], 6);
  const table = tf.tidy(() => tf.variable(tf.zeros([9, 5])));
  const optimizer = tf.train.sgd(0.5);
  const losses: number[] = [];
  for (let step = 0; step < 50; step++) {
    const loss = optimizer.minimize(
      () => tf.mean(tf.sum(tf.squaredDifference(tf.gather(table, ids), targets), 1)) as tf.Scalar,
      true,
      [table],
    ) as tf.Scalar;
    losses.push((await loss.data())[0] as number);
    loss.dispose();
  }
  // A row that only one example asks for becomes that example's target; the others, the mean of theirs.
  const rowsNow = (await table.array()) as number[][];
  const wanted = (await targets.array()) as number[][];
  expect(losses.at(-1)).toBeLessThan(0.8 * (losses[0] as number));
  (rowsNow[0] as number[]).forEach((value, i) => expect(value).toBeCloseTo((wanted[1] as number[])[i] as number, 2));
  (rowsNow[2] as number[]).forEach((value, i) =>
    expect(value).toBeCloseTo((((wanted[3] as number[])[i] as number) + ((wanted[5] as number[])[i] as number)) / 2, 2),
  );
  expect(rowsNow[1]).toEqual([0, 0, 0, 0, 0]);
  optimizer.dispose();
  tf.dispose([ids, targets, table]);
});
