import { train as optimizers, type Scalar, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { ModeKeys, type Head, type TrainSpec } from '@tfjs-heads/head-api';
import { median, shuffler } from 'd3-array';
import { randomLcg } from 'd3-random';
import { batches, type Batch, type Part } from './batches.js';

export interface TrainOptions<Label> extends Part<Label> {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Called after each step with how many are done of how many. */
  readonly onStep?: ((done: number, total: number) => void) | undefined;
  /** Awaited after each epoch. */
  readonly onEpoch?: (() => Promise<void>) | undefined;
}

export interface TrainResult {
  /** The loss of each step. */
  readonly losses: readonly number[];
  readonly stepsPerEpoch: number;
  /** By the median time of a step, so that a cold start or a pause does not count. */
  readonly stepsPerSecond: number;
}

/** Trains a network through its head, in mini-batches with Adam. The order of the samples is the same in each run. */
export async function trainThroughHead<Label>(
  head: Head,
  network: LayersModel,
  options: TrainOptions<Label>,
): Promise<TrainResult> {
  const { samples, labelsOf, epochs, batchSize } = options;
  const stepsPerEpoch = Math.ceil(samples.length / batchSize);
  const shuffle = shuffler(randomLcg(1));
  // Spelled out because the default epsilon of tfjs depends on the backend.
  const optimizer = optimizers.adam(options.learningRate, 0.9, 0.999, 1e-7);
  const trainableVariables = network.trainableWeights.map((weight) => weight.read() as Variable);

  const step = async ({ inputs, labels, features }: Batch): Promise<number> => {
    const spec = head.createEstimatorSpec({
      mode: ModeKeys.TRAIN,
      features,
      labels,
      // A function, so that the head can run the network under the gradient tape.
      logits: () => network.apply(inputs) as Tensor,
      optimizer,
      trainableVariables,
    }) as TrainSpec;
    const loss = spec.trainOp() as Scalar;
    const [value = NaN] = await loss.data();
    spec.dispose();
    return value;
  };

  const losses: number[] = [];
  const milliseconds: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const batch of batches({ samples: shuffle([...samples]), labelsOf }, batchSize)) {
      const start = performance.now();
      losses.push(await step(batch));
      milliseconds.push(performance.now() - start);
      options.onStep?.(losses.length, epochs * stepsPerEpoch);
    }
    await options.onEpoch?.();
  }
  optimizer.dispose();
  return { losses, stepsPerEpoch, stepsPerSecond: 1000 / (median(milliseconds) ?? NaN) };
}
