import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ofImages, ofRows } from './prediction-cases.js';
import { exportAndRun } from './saved-model-support.js';
import { draw } from './support.js';

describe('TensorFlow gives what tfjs gives, for batches of any size', () => {
  let before = '';
  beforeAll(async () => {
    before = tf.getBackend();
    await tf.setBackend('cpu');
  });
  afterAll(() => tf.setBackend(before));

  it('of rows', () => expectSame(ofRows, [6]));
  it('of images', () => expectSame(ofImages, [6, 7, 3]));
});

/** One model for all of them, since loading one takes longer than running it. */
async function expectSame<T extends tf.Tensor>(
  predictions: Readonly<Record<string, (x: T) => tf.Tensor>>,
  shape: readonly number[],
): Promise<void> {
  const entries = Object.entries(predictions);
  const predict = ({ x }: { x: tf.Tensor }): Record<string, tf.Tensor> =>
    Object.fromEntries(entries.map(([name, one]) => [name, one(x as T)]));
  const inputs = [3, 1, 4].map((rows) => ({ x: draw([rows, ...shape], 20 + rows) }));
  const { exported, got } = await exportAndRun(predict, [inputs[0] as { x: tf.Tensor }], inputs);
  expect(exported.fixedBatch).toBeUndefined();
  for (const [index, input] of inputs.entries()) {
    for (const [name, one] of entries) {
      const expected = tf.tidy(() => one(input.x as T));
      const values = Array.from(await expected.data());
      const actual = got[index]?.[name];
      expect(actual?.shape, name).toEqual(expected.shape);
      values.forEach((value, at) => expect(Number(actual?.values[at]), name).toBeCloseTo(value, 5));
      expected.dispose();
    }
    input.x.dispose();
  }
}
