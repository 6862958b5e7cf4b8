import * as tf from '@tensorflow/tfjs-core';
import type { Head, Metrics, MetricState } from '@tfjs-heads/head-api';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { releaseTensors } from './support/backend.js';
import { randomBatch, rowsOf, tensorsOf, type Batch } from './support/data.js';
import { expect } from './support/expect.js';
import { results, threeHeads } from './support/heads.js';

releaseTensors();

/** Metrics that have seen a batch; its logits come from the device. */
function evaluated(head: Head, batch: Batch): Metrics {
  const { logits, labels, features } = tensorsOf(batch);
  return head.updateMetrics(head.metrics(), features, tf.mul(logits, 1), labels);
}

/** Moves what metrics have seen to others, as text. */
async function send(from: Metrics, to: Metrics): Promise<void> {
  const states = await Promise.all(Object.entries(from).map(async ([key, metric]) => [key, await metric.state()] as const));
  const received = JSON.parse(JSON.stringify(Object.fromEntries(states))) as Record<string, MetricState>;
  for (const [key, metric] of Object.entries(to)) metric.merge(received[key] as MetricState);
}

describe.each(threeHeads)('line 19: an evaluation of a $head that is split', ({ labels, create }) => {
  it('merges to what one pass gives', async () => {
    const batch = randomBatch(1, [99, 1], labels, '[D0..DN]');
    const head = create({ weightColumn: 'w' });
    const whole = await results(evaluated(head, batch));
    const merged = head.metrics();
    for (const [start, end] of [[0, 32], [32, 33], [33, 99]] as const) {
      await send(evaluated(head, rowsOf(batch, start, end)), merged);
    }
    expect(Object.values(await results(merged))).toBeNear(Object.values(whole), { roundings: 1e-6 });
  });

  it('goes on after it was merged', async () => {
    const batch = randomBatch(2, [50, 1], labels, '[D0..DN]');
    const head = create({ weightColumn: 'w' });
    const metrics = head.metrics();
    await send(evaluated(head, rowsOf(batch, 0, 20)), metrics);
    const { logits, labels: given, features } = tensorsOf(rowsOf(batch, 20, 50));
    head.updateMetrics(metrics, features, logits, given);
    expect(Object.values(await results(metrics))).toBeNear(Object.values(await results(evaluated(head, batch))), { roundings: 1e-6 });
  });
});

describe('line 19: the state of a metric', () => {
  const head = new RegressionHead({ weightColumn: 'w' });
  const seen = (logits: number[], weights: number[]): Metrics =>
    head.updateMetrics(head.metrics(), { w: tf.tensor1d(weights) }, tf.tensor2d(logits, [logits.length, 1]), tf.zeros([logits.length, 1]));

  it('is its sums, as plain JSON', async () => {
    const state = await seen([1, 3], [2, 0.5])['prediction/mean']?.state();
    expect(state).toEqual({ metric: 'mean', sums: [3.5, 2.5] });
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });

  it('waits for reads under way', async () => {
    const logits = tf.mul(tf.tensor2d([[1], [3]]), 2);
    const metrics = head.updateMetrics(head.metrics(), { w: tf.exp(tf.zeros([2])) }, logits, tf.zeros([2, 1]));
    expect(await metrics['prediction/mean']?.state()).toEqual({ metric: 'mean', sums: [8, 2] });
  });

  it.each([
    { logit: NaN, json: 'NaN' },
    { logit: Infinity, json: 'Infinity' },
    { logit: -Infinity, json: '-Infinity' },
  ])('takes $json through JSON', async ({ logit, json }) => {
    const metrics = seen([logit, 1], [1, 1]);
    expect(JSON.parse(JSON.stringify(await metrics['prediction/mean']?.state()))).toEqual({ metric: 'mean', sums: [json, 2] });
    const merged = head.metrics();
    await send(metrics, merged);
    await send(seen([5], [1]), merged);
    expect(await merged['prediction/mean']?.result()).toBe(logit);
  });

  it('counts beyond 2^24, and up to 2^53', async () => {
    const [metric] = Object.values(head.metrics());
    metric?.merge({ metric: 'mean', sums: [2 ** 24, 2 ** 24] });
    metric?.merge({ metric: 'mean', sums: [0, 1] });
    expect(await metric?.state()).toEqual({ metric: 'mean', sums: [2 ** 24, 2 ** 24 + 1] });
    metric?.merge({ metric: 'mean', sums: [0, 2 ** 50] });
    expect(await metric?.state()).toEqual({ metric: 'mean', sums: [2 ** 24, 2 ** 50 + 2 ** 24 + 1] });
  });

  it.each([
    undefined,
    null,
    {},
    { metric: 'auc', sums: [1, 2] },
    { metric: 'mean' },
    { metric: 'mean', sums: [1] },
    { metric: 'mean', sums: [1, 2, 3] },
    { metric: 'mean', sums: [1, 'two'] },
    { metric: 'mean', sums: [1, null] },
  ])('refuses %j and keeps what it has', async (state) => {
    const metric = seen([4], [1])['prediction/mean'];
    expect(() => metric?.merge(state as MetricState)).toThrowCoded('METRIC_STATE_INVALID', ['state', 'mean']);
    expect(await metric?.result()).toBe(4);
  });

  it('is empty after a reset, also of reads under way', async () => {
    const logits = tf.mul(tf.tensor2d([[1], [3]]), 2);
    const metrics = head.updateMetrics(head.metrics(), { w: tf.exp(tf.zeros([2])) }, logits, tf.zeros([2, 1]));
    for (const metric of Object.values(metrics)) metric.reset();
    expect(await metrics['prediction/mean']?.state()).toEqual({ metric: 'mean', sums: [0, 0] });
    head.updateMetrics(metrics, { w: tf.tensor1d([1]) }, tf.tensor2d([[7]]), tf.tensor2d([[2]]));
    expect(await results(metrics)).toEqual({ average_loss: 25, 'prediction/mean': 7, 'label/mean': 2 });
  });
});

describe('line 19: one metric alone', () => {
  const mean = () => new RegressionHead().metrics()['label/mean'];

  it('takes values and weights that broadcast', async () => {
    const metric = mean();
    metric?.update(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[1], [3]]));
    expect(await metric?.state()).toEqual({ metric: 'mean', sums: [1 + 2 + 9 + 12, 8] });
  });

  it('takes values alone, of any dtype', async () => {
    const metric = mean();
    metric?.update(tf.tensor1d([1, 2], 'int32'));
    metric?.update(tf.tensor1d([true, false], 'bool'));
    expect(await metric?.result()).toBe(1);
  });

  it('releases what it holds', async () => {
    const metric = mean();
    metric?.update(tf.tensor1d([1, 2]));
    metric?.dispose();
    expect(await metric?.result()).toBe(0);
  });
});
