import { dispose, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import { batches, type Part } from './batches.js';

/** Metric key to value. */
export type MetricValues = Readonly<Record<string, number>>;

/** Gives the logits of a batch; the caller disposes them. */
export type LogitsOf = (inputs: Tensor2D) => Tensor;

const BATCH_SIZE = 64;

/** What the metrics of the head say about all samples. */
export async function evaluate<Label>(head: Head, logitsOf: LogitsOf, part: Part<Label>): Promise<MetricValues> {
  const metrics = head.metrics();
  for (const { inputs, labels, features } of batches(part, BATCH_SIZE)) {
    const logits = logitsOf(inputs);
    head.updateMetrics(metrics, features, logits, labels);
    logits.dispose();
  }
  const values: Record<string, number> = {};
  for (const [key, metric] of Object.entries(metrics)) {
    values[key] = await metric.result();
    metric.dispose();
  }
  return values;
}

/** What the head predicts for each sample: a row of numbers, one for each column of the predictions under these keys. */
export async function predict<Label>(
  head: Head,
  logitsOf: LogitsOf,
  part: Part<Label>,
  keys: readonly string[],
): Promise<number[][]> {
  const rows: number[][] = [];
  for (const { inputs } of batches(part, BATCH_SIZE)) {
    const logits = logitsOf(inputs);
    const predictions = head.predictions(logits, keys);
    const columns = await Promise.all(keys.map((key) => (predictions[key] as Tensor2D).array()));
    rows.push(
      ...Array.from({ length: logits.shape[0] as number }, (_, row) => columns.flatMap((values) => values[row] ?? [])),
    );
    dispose([logits, ...keys.map((key) => predictions[key] as Tensor2D)]);
  }
  return rows;
}
