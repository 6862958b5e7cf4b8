import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, sequential, type Sequential } from '@tensorflow/tfjs-layers';
import type { Head, Metrics } from '@tfjs-heads/head-api';

/** The batches of an evaluation. */
export const BATCH = 1024;
/** How many numbers a row has for {@link denseModel}. */
export const WIDTH = 10;

/** Rows on the host. */
export interface Data {
  /** How many numbers of x a row has. */
  readonly width: number;
  readonly x: Float32Array;
  /** 0 or 1. */
  readonly y: Float32Array;
  readonly weights: Float32Array;
}

/** Standard normal numbers, and labels that their sum says something about. */
export function drawData(rows: number, width: number): Data {
  const drawn = tf.tidy(() => {
    const x = tf.randomNormal([rows, width], 0, 1, 'float32', 3);
    const y = tf.greater(tf.add(tf.sum(x, 1), tf.randomNormal([rows], 0, 2, 'float32', 4)), 0);
    return [x, tf.cast(y, 'float32'), tf.randomUniform([rows], 0, 2, 'float32', 5)];
  });
  // Not out of the tidy: it looks for tensors in whatever it returns, element by element.
  const [x, y, weights] = drawn.map((tensor) => Float32Array.from(tensor.dataSync())) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  tf.dispose(drawn);
  return { width, x, y, weights };
}

/** A network of one dense layer, from {@link WIDTH} numbers to one logit. */
export function denseModel(): Sequential {
  return compiled(
    layers.dense({ units: 1, inputShape: [WIDTH], kernelInitializer: initializers.glorotUniform({ seed: 5 }) }),
  );
}

/** No network at all: x are the logits. */
export function identityModel(): Sequential {
  return compiled(layers.activation({ activation: 'linear', inputShape: [1] }));
}

function compiled(layer: Parameters<Sequential['add']>[0]): Sequential {
  const model = sequential();
  model.add(layer);
  // From logits as a head takes them: above 0 is above one half.
  const loss = (labels: tf.Tensor, logits: tf.Tensor): tf.Tensor => tf.losses.sigmoidCrossEntropy(labels, logits);
  const accuracy = (labels: tf.Tensor, logits: tf.Tensor): tf.Tensor =>
    tf.mean(tf.cast(tf.equal(tf.cast(tf.greater(logits, 0), 'float32'), labels), 'float32'));
  model.compile({ optimizer: 'sgd', loss, metrics: [accuracy] });
  return model;
}

/**
 * The metrics of a head of the first rows, by their keys.
 *
 * @param isWeighted Whether its batches have weights.
 */
export async function evaluateHead(
  head: Head<tf.Tensor, tf.Tensor>,
  model: Sequential,
  data: Data,
  rows: number,
  isWeighted = false,
): Promise<Record<string, number>> {
  const metrics: Metrics = head.metrics();
  for (const { xs, ys, ...features } of batches(data, rows, isWeighted)) {
    tf.tidy(() => void head.updateMetrics(metrics, features, model.apply(xs) as tf.Tensor, ys));
    tf.dispose([xs, ys]);
    if (isWeighted) tf.dispose(features);
  }
  const results = await Promise.all(Object.values(metrics).map((metric) => metric.result()));
  return Object.fromEntries(Object.keys(metrics).map((key, index) => [key, results[index] as number]));
}

/** The accuracy of the first rows by tfjs-layers, which computes the loss beside. */
export async function evaluateDataset(model: Sequential, data: Data, rows: number): Promise<number> {
  const left = batches(data, rows, false);
  const next = async (): Promise<IteratorResult<unknown>> => left.next();
  const dataset = { size: Math.ceil(rows / BATCH), iterator: async () => ({ next }) };
  const [loss, accuracy] = (await model.evaluateDataset(dataset as never, {})) as tf.Scalar[];
  const [value = NaN] = await (accuracy as tf.Scalar).data();
  tf.dispose([loss, accuracy] as tf.Scalar[]);
  return value;
}

function* batches(
  { x, y, weights, width }: Data,
  rows: number,
  areWeighted: boolean,
): Generator<{ xs: tf.Tensor; ys: tf.Tensor; weight?: tf.Tensor }, undefined> {
  for (let start = 0; start < rows; start += BATCH) {
    const end = Math.min(start + BATCH, rows);
    yield {
      xs: tf.tensor(x.subarray(start * width, end * width), [end - start, width]),
      ys: tf.tensor(y.subarray(start, end), [end - start, 1]),
      ...(areWeighted && { weight: tf.tensor(weights.subarray(start, end), [end - start, 1]) }),
    };
  }
}
