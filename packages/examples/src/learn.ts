import { fill, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import type { Sample } from './batches.js';
import { evaluate, predict, type MetricValues } from './evaluate.js';
import { smallNetwork } from './network.js';
import { trainThroughHead, type TrainResult } from './train.js';

/** What to learn, from what, and how. */
export interface Task {
  readonly head: Head;
  readonly train: readonly Sample[];
  readonly test: readonly Sample[];
  /** The best that can be said of every row alike: the baseline, and where the network starts from. */
  readonly constantLogit: number;
  readonly hidden: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly onStep?: ((done: number, total: number) => void) | undefined;
}

/** What came of it. */
export interface Learned {
  readonly training: TrainResult;
  /** `average_loss` of the test part after each epoch. */
  readonly testLosses: readonly number[];
  /** The head's metrics of the test part, at the end. */
  readonly metrics: MetricValues;
  /** The same for a model that answers every row alike. */
  readonly baseline: MetricValues;
  /** One prediction for each row of the test part. */
  readonly predictions: readonly number[];
}

/** Trains a small network with a head on top, and judges it by the test part. */
export async function learn(task: Task): Promise<Learned> {
  const { head, train, test } = task;
  const network = smallNetwork({
    inputs: train[0]?.inputs.length ?? 0,
    hidden: task.hidden,
    outputBias: task.constantLogit,
  });
  const logitsOf = (inputs: Tensor) => tidy(() => network.apply(inputs) as Tensor);
  const constantLogits = (inputs: Tensor) => fill([inputs.shape[0] ?? 0, 1], task.constantLogit);

  const testLosses: number[] = [];
  const training = await trainThroughHead(head, network, {
    ...task,
    samples: train,
    onEpoch: async () => {
      const metrics = await evaluate(head, logitsOf, test);
      testLosses.push(metrics['average_loss'] ?? NaN);
    },
  });
  const learned = {
    training,
    testLosses,
    metrics: await evaluate(head, logitsOf, test),
    baseline: await evaluate(head, constantLogits, test),
    predictions: await predict(head, logitsOf, test),
  };
  network.dispose();
  return learned;
}
