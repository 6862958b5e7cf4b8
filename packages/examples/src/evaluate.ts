import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import { batches, type Sample } from './batches.js';

/** Metric key to value. */
export type MetricValues = Readonly<Record<string, number>>;

/** Gives the logits of a batch; the caller disposes them. */
export type LogitsOf = (inputs: Tensor2D) => Tensor;

const BATCH_SIZE = 64;

/** What the metrics of the head say about all samples. */
export async function evaluate(head: Head, logitsOf: LogitsOf, samples: readonly Sample[]): Promise<MetricValues> {
  const metrics = head.metrics();
  for (const { inputs, labels, features } of batches(samples, BATCH_SIZE)) {
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

/** What the head predicts for each sample, in the units of the labels. */
export async function predict(head: Head, logitsOf: LogitsOf, samples: readonly Sample[]): Promise<number[]> {
  const values: number[] = [];
  for (const { inputs } of batches(samples, BATCH_SIZE)) {
    const logits = logitsOf(inputs);
    const { predictions } = head.predictions(logits, ['predictions']) as { predictions: Tensor };
    values.push(...(await predictions.data()));
    predictions.dispose();
    logits.dispose();
  }
  return values;
}
