import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
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

/** What the head predicts for each sample under a key: a row of numbers, one for each column that the prediction has. */
export async function predict<Label>(
  head: Head,
  logitsOf: LogitsOf,
  part: Part<Label>,
  key: string,
): Promise<number[][]> {
  const rows: number[][] = [];
  for (const { inputs } of batches(part, BATCH_SIZE)) {
    const logits = logitsOf(inputs);
    const prediction = head.predictions(logits, [key])[key] as Tensor2D;
    rows.push(...(await prediction.array()));
    prediction.dispose();
    logits.dispose();
  }
  return rows;
}
