import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { MetricState } from '@tfjs-heads/head-api';
import { binaryMetrics, random } from '@tfjs-heads/reference';
import { expect, it } from 'vitest';
import { AUC } from '../src/index.js';

const ROWS = 100_000;
const next = random(17);
const labels = Float32Array.from({ length: ROWS }, () => Number(next() < 0.3));
// Of a model that has learnt something, sure of some and not of others.
const predictions = labels.map((label) => 1 / (1 + Math.exp(4 * (next() + next() + next() - 1.5) - 2 * (label - 0.5))));
const weights = labels.map(() => Math.exp(4 * (next() - 0.5)));

const expected = binaryMetrics(
  Array.from(labels, (label, i) => ({ label, prediction: predictions[i] as number, weight: weights[i] as number })),
);
const curves = { ROC: 'auc', PR: 'auc_precision_recall' } as const;
const names = Object.keys(curves) as (keyof typeof curves)[];

async function inBatchesOf(size: number): Promise<MetricState[]> {
  const metrics = names.map((curve) => new AUC({ curve }));
  for (let start = 0; start < ROWS; start += size) {
    tidy(() => {
      const [y, p, w] = [labels, predictions, weights].map((values) => tensor(values.subarray(start, start + size)));
      for (const metric of metrics) metric.update(y as never, p as never, w);
    });
  }
  return Promise.all(metrics.map((metric) => metric.state()));
}

async function inWorkers(count: number): Promise<MetricState[]> {
  const texts = await Promise.all(
    Array.from({ length: count }, async (_, worker) => {
      const part = (values: Float32Array): Float32Array =>
        values.slice((worker * ROWS) / count, ((worker + 1) * ROWS) / count);
      const workerData = {
        labels: part(labels),
        predictions: part(predictions),
        weights: part(weights),
        batch: 1000 + 999 * worker,
      };
      const running = new Worker(new URL('auc-worker.mjs', import.meta.url), { workerData });
      const [text] = (await once(running, 'message')) as [string];
      return JSON.parse(text) as MetricState[];
    }),
  );
  const metrics = names.map((curve) => new AUC({ curve }));
  for (const states of texts) metrics.forEach((metric, index) => metric.merge(states[index] as MetricState));
  return Promise.all(metrics.map((metric) => metric.state()));
}

it('lines 22 and 23: both areas of 100,000 weighted rows are the original ones, in any batches and from four workers', async () => {
  const whole = await inBatchesOf(ROWS);
  for (const [index, curve] of names.entries()) {
    const metric = new AUC({ curve });
    metric.merge(whole[index] as MetricState);
    const result = await metric.result();
    expect(Math.abs(result - (expected[curves[curve]] as number)), curve).toBeLessThan(1e-6);
    expect(result).toBeGreaterThan(0.4);
    expect(result).toBeLessThan(0.99);
  }
  expect(await inBatchesOf(1024)).toEqual(whole);
  expect(await inBatchesOf(7777)).toEqual(whole);
  expect(await inWorkers(4)).toEqual(whole);
  expect(JSON.stringify(whole).length).toBeLessThanOrEqual(20_000);
});
