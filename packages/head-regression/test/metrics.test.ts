import * as tf from '@tensorflow/tfjs-core';
import type { Metrics } from '@tfjs-heads/head-api';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { releaseTensors } from './support/backend.js';
import { randomBatch, rowsOf, tensorsOf, type Batch, type WeightKind } from './support/data.js';
import { randomOnDevice } from './support/device.js';
import { expect } from './support/expect.js';
import { poissonRegression, results, threeHeads, type HeadCase } from './support/heads.js';
import { metricValues } from './support/reference.js';

releaseTensors();

const keys = ['average_loss', 'prediction/mean', 'label/mean'];
const weightKinds: readonly WeightKind[] = ['none', '[D0..DN]', '[D0..DN,1]', '[D0..DN,K]'];

function expectResults(actual: Record<string, number>, expected: Record<string, number>): void {
  expect(Object.keys(actual)).toEqual(keys);
  // Labels and logits of both signs cancel; all of them are below 50.
  expect(Object.values(actual)).toBeNear(keys.map((key) => expected[key] ?? NaN), { scale: 1 });
}

function evaluate({ create }: HeadCase, batches: readonly Batch[]): Metrics {
  const [first] = batches;
  const head = create({ labelDimension: first?.shape.at(-1) ?? 1, ...(first?.weights && { weightColumn: 'w' }) });
  const metrics = head.metrics();
  for (const batch of batches) {
    const { logits, labels, features } = tensorsOf(batch);
    head.updateMetrics(metrics, features, logits, labels);
  }
  return metrics;
}

describe.each([...threeHeads, poissonRegression])('lines 19, 37: the metrics of a $head', (one) => {
  const { formula, labels, dimensions } = one;

  describe.each(dimensions)('with %i labels a row', (k) => {
    it.each(weightKinds)('are means with weights of shape %s', async (weights) => {
      const batch = randomBatch(20 + k, [33, k], labels, weights);
      expectResults(await results(evaluate(one, [batch])), metricValues(formula, [batch]));
    });

    it.each(weightKinds)('of rank 4 and 3 as well, with weights of shape %s', async (weights) => {
      for (const rows of [[2, 3, 5], [5, 3]]) {
        const batch = randomBatch(30 + k, [...rows, k], labels, weights);
        expectResults(await results(evaluate(one, [batch])), metricValues(formula, [batch]));
      }
    });

    it.each(weightKinds)('come to the same however the data are cut, with weights of shape %s', async (weights) => {
      const batch = randomBatch(40 + k, [100, k], labels, weights);
      const expected = metricValues(formula, [batch]);
      const cuts = [[0, 100], [0, 32, 64, 96, 100], [0, 33, 34, 67, 100], [0, 1, 2, 3, 100]];
      for (const cut of cuts) {
        const batches = cut.slice(1).map((end, index) => rowsOf(batch, cut[index] ?? 0, end));
        expectResults(await results(evaluate(one, batches)), expected);
      }
    });
  });

  it('can be asked for in between', async () => {
    const batch = randomBatch(50, [40, 1], labels, '[D0..DN]');
    const head = one.create({ weightColumn: 'w' });
    const metrics = head.metrics();
    for (const end of [13, 40]) {
      const part = rowsOf(batch, end === 13 ? 0 : 13, end);
      const { logits, labels: given, features } = tensorsOf(part);
      expect(head.updateMetrics(metrics, features, logits, given)).toBe(metrics);
      expectResults(await results(metrics), metricValues(formula, [rowsOf(batch, 0, end)]));
    }
  });

  it('may have their tensors disposed as soon as update returns', async () => {
    const batch = randomBatch(51, [33, 1], labels, '[D0..DN]');
    const head = one.create({ weightColumn: 'w' });
    const metrics = head.metrics();
    tf.tidy(() => {
      const { logits, labels: given, features } = tensorsOf(batch);
      head.updateMetrics(metrics, features, logits, given);
      head.updateMetrics(metrics, features, tf.mul(logits, 1), given);
    });
    expectResults(await results(metrics), metricValues(formula, [batch]));
  });

  it.each([[33, 1], [33, 3], [5, 7, 3]].filter((shape) => dimensions.includes(shape.at(-1) ?? 0)))('are right where the device has made everything', async (...shape) => {
    const head = one.create({ labelDimension: shape.at(-1) ?? 0, weightColumn: 'w' });
    const [logits, given, weights] = [
      await randomOnDevice(1, shape, 'logits'),
      await randomOnDevice(2, shape, labels),
      await randomOnDevice(3, shape.slice(0, -1), 'weights'),
    ];
    const metrics = head.updateMetrics(head.metrics(), { w: weights.tensor }, logits.tensor, given.tensor);
    const numbers = { logits: logits.values, labels: given.values, weights: weights.values };
    expectResults(await results(metrics), metricValues(formula, [numbers]));
  });
});

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
