import * as tf from '@tensorflow/tfjs-core';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { releaseTensors } from './support/backend.js';
import { expect } from './support/expect.js';
import { results } from './support/heads.js';

releaseTensors();

describe('line 19: the mean is safe', () => {
  it('to divide before anything was seen', async () => {
    expect(await results(new RegressionHead().metrics())).toEqual({ average_loss: 0, 'prediction/mean': 0, 'label/mean': 0 });
  });

  it('with negative weights, which are not rejected', async () => {
    const head = new RegressionHead({ weightColumn: 'w' });
    const metrics = head.updateMetrics(head.metrics(), { w: tf.tensor1d([2, -1]) }, tf.tensor2d([[1], [3]]), tf.zeros([2, 1]));
    expect(await results(metrics)).toEqual({ average_loss: 2 - 9, 'prediction/mean': 2 - 3, 'label/mean': 0 });
  });

  it('with weights that sum to zero', async () => {
    const head = new RegressionHead({ weightColumn: 'w' });
    const metrics = head.updateMetrics(head.metrics(), { w: tf.tensor1d([2, -2]) }, tf.tensor2d([[1], [3]]), tf.zeros([2, 1]));
    expect(await results(metrics)).toEqual({ average_loss: 0, 'prediction/mean': 0, 'label/mean': 0 });
  });

  it('with values that are not finite, which it shows', async () => {
    const head = new RegressionHead();
    const metrics = head.updateMetrics(head.metrics(), {}, tf.tensor2d([[Infinity], [1]]), tf.tensor2d([[NaN], [1]]));
    expect(await results(metrics)).toEqual({ average_loss: NaN, 'prediction/mean': Infinity, 'label/mean': NaN });
  });

  it('with a batch that fails, of which nothing is added', async () => {
    let link = (x: tf.Tensor): tf.Tensor => x;
    const head = new RegressionHead({ inverseLinkFn: (x) => link(x), weightColumn: 'w' });
    const features = { w: tf.tensor1d([1, 1]) };
    const metrics = head.updateMetrics(head.metrics(), features, tf.tensor2d([[1], [3]]), tf.zeros([2, 1]));
    link = () => tf.ones([5, 7]);
    const update = async () => results(head.updateMetrics(metrics, features, tf.tensor2d([[9], [9]]), tf.ones([2, 1])));
    await expect(update()).rejects.toMatchObject({ name: 'HeadError' });
    // Each metric has what it had, or says what is wrong.
    const values = Object.values(metrics).map((metric) => metric.result().catch((error: unknown) => error));
    expect((await Promise.all(values)).filter((value) => typeof value === 'number')).not.toContain((10 + 2 * 64) / 4);
  });

  it.each([2 ** 23, 2 ** 24, 2 ** 30])('with counts that float32 does not count: weights of %d', async (weight) => {
    const head = new RegressionHead({ weightColumn: 'w' });
    const metrics = head.metrics();
    for (let i = 0; i < 8; i++) {
      head.updateMetrics(metrics, { w: tf.tensor1d([weight, 1]) }, tf.tensor2d([[0], [weight]]), tf.tensor2d([[0], [0]]));
    }
    expect(await metrics['prediction/mean']?.result()).toBe(weight / (weight + 1));
  });
});

// Their results would not show it: a batch that counts twice has the same means.
it('an eval spec updates its metrics once', async () => {
  const head = new RegressionHead({ weightColumn: 'w' });
  const args = { features: { w: tf.tensor1d([2, 3]) }, logits: tf.tensor2d([[1], [3]]), labels: tf.zeros([2, 1]) };
  const spec = head.createEstimatorSpec({ ...args, mode: 'eval' });
  if (spec.mode !== 'eval') throw new Error('It has another mode.');
  const states = await Promise.all(Object.values(spec.evalMetricOps).map((metric) => metric.state()));
  expect(states.map(({ sums }) => sums[1])).toEqual([5, 5, 5]);
  spec.dispose();
});
