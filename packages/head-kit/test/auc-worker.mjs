// A worker of workers.node-test.ts: the areas under both curves of its rows, as the JSON of their states.
import { parentPort, workerData } from 'node:worker_threads';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { AUC } from '../dist/index.js';

const { labels, predictions, weights, batch } = workerData;
const metrics = [new AUC({ curve: 'ROC' }), new AUC({ curve: 'PR' })];
for (let start = 0; start < labels.length; start += batch) {
  const part = (/** @type {Float32Array} */ values) => tensor(values.subarray(start, start + batch));
  for (const metric of metrics) tidy(() => metric.update(part(labels), part(predictions), part(weights)));
}
const port = parentPort;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of Node has none
port?.postMessage(JSON.stringify(await Promise.all(metrics.map((metric) => metric.state()))));
