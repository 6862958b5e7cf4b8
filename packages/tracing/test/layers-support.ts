import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, type LayersModel, sequential, type Sequential } from '@tensorflow/tfjs-layers';
import { random } from '@tfjs-heads/reference';
import { expect } from 'vitest';
import { loadCompiler } from '../src/compiled/compiled-runner.js';
import { accelerate } from '../src/layers.js';

export type Made = Parameters<LayersModel['compile']>[0];

/** Weights that are the same in each model: layers draw others each time. */
export function sameWeights<M extends LayersModel>(model: M): M {
  tf.tidy(() =>
    model.setWeights(
      model.getWeights().map(({ shape }, index) => tf.randomUniform(shape, -0.5, 0.5, 'float32', index + 1)),
    ),
  );
  return model;
}

/** A classifier of three layers: 6-8-8-3. */
export function classifier(compiled: Partial<Made> = {}): Sequential {
  const model = sequential();
  model.add(layers.dense({ units: 8, activation: 'relu', inputShape: [6] }));
  model.add(layers.dense({ units: 8, activation: 'tanh', kernelInitializer: initializers.zeros() }));
  model.add(layers.dense({ units: 3, activation: 'softmax' }));
  model.compile({
    optimizer: tf.train.adam(0.02),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
    ...compiled,
  });
  return sameWeights(model);
}

/** Rows for {@link classifier}. */
export function examples(rows: number, seed: number): { readonly x: tf.Tensor2D; readonly y: tf.Tensor2D } {
  const next = random(seed);
  const x = Float32Array.from({ length: rows * 6 }, () => 2 * next() - 1);
  const y = new Float32Array(rows * 3);
  for (let row = 0; row < rows; row++) {
    const scores = [0, 1, 2].map((index) => x[row * 6 + index] as number);
    y[row * 3 + scores.indexOf(Math.max(...scores))] = 1;
  }
  return { x: tf.tensor2d(x, [rows, 6]), y: tf.tensor2d(y, [rows, 3]) };
}

/** Runs something with `Math.random`, by which tfjs shuffles, drawing the same numbers each time. */
export async function drawingAlike<T>(run: () => Promise<T>): Promise<T> {
  const original = Math.random;
  Math.random = random(5);
  try {
    return await run();
  } finally {
    Math.random = original;
  }
}

/** Trains a model, and gives what is to be the same however it is trained. */
export type Fit = (model: LayersModel) => Promise<unknown>;

/** Trains two models alike, one of them accelerated, and expects the same bits of what training gives and of the weights. Gives the reason why it was not traced. */
export async function expectSame(make: () => LayersModel, fit: Fit): Promise<string | undefined> {
  const [plain, fast] = [make(), make()];
  const acceleration = accelerate(fast, { exact: true });
  const expected = await drawingAlike(() => fit(plain));
  expect(await drawingAlike(() => fit(fast))).toEqual(expected);
  expect(await numbersIn(fast.getWeights(), false)).toEqual(await numbersIn(plain.getWeights(), false));
  const { reason } = acceleration;
  for (const one of [plain, fast]) one.dispose();
  return reason;
}

export async function numbersIn(tensors: readonly tf.Tensor[], dispose = true): Promise<number[][]> {
  const numbers = await Promise.all(tensors.map(async (tensor) => Array.from(await tensor.data())));
  if (dispose) tf.dispose([...tensors]);
  return numbers;
}

await loadCompiler();
