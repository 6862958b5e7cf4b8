import { tensor2d, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { ModeKeys, type Head } from '@tfjs-heads/head-api';
import { exportSavedModel } from '@tfjs-heads/tracing/saved-model';
import { column, type LabelsOf, type Sample } from './batches.js';
import { evaluate, predict, type MetricValues } from './evaluate.js';
import { smallNetwork } from './network.js';
import { trainThroughHead, type TrainResult } from './train.js';

/** What to learn, from what, and how. */
export interface Task<Label> {
  readonly head: Head;
  /** The predictions that are wanted of each test row. */
  readonly predictionKeys: readonly string[];
  /** The loss of a part, of the head's metrics. Default: `average_loss`. */
  readonly lossOf?: (metrics: MetricValues) => number;
  readonly train: readonly Sample<Label>[];
  readonly test: readonly Sample<Label>[];
  readonly labelsOf: LabelsOf<Label>;
  /** The best that can be said of every row alike: the baseline, and where the network starts from. */
  readonly constantLogits: readonly number[];
  readonly hidden: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly onStep?: ((done: number, total: number) => void) | undefined;
  /** Where to write a SavedModel, if anywhere. */
  readonly exportTo?: string | undefined;
}

/** What came of it. */
export interface Learned {
  readonly training: TrainResult;
  /** The loss of the test part after each epoch. */
  readonly testLosses: readonly number[];
  /** The head's metrics of the test part, at the end. */
  readonly metrics: MetricValues;
  /** The same for a model that answers every row alike. */
  readonly baseline: MetricValues;
  /** Its loss. */
  readonly baselineLoss: number;
  /** The predictions that were asked for, a row of numbers for each row of the test part. */
  readonly predictions: readonly (readonly number[])[];
}

/** Trains a small network with a head on top, and judges it by the test part. */
export async function learn<Label>(task: Task<Label>): Promise<Learned> {
  const { head, labelsOf, lossOf = (metrics) => metrics['average_loss'] ?? NaN } = task;
  const train = { samples: task.train, labelsOf };
  const test = { samples: task.test, labelsOf };
  const network = smallNetwork({
    inputs: task.train[0]?.inputs.length ?? 0,
    hidden: task.hidden,
    outputBiases: task.constantLogits,
  });
  const logitsOf = (inputs: Tensor) => tidy(() => network.apply(inputs) as Tensor);
  const constantLogits = (inputs: Tensor) =>
    tensor2d(Array.from({ length: inputs.shape[0] ?? 0 }, () => [...task.constantLogits]));

  const testLosses: number[] = [];
  const training = await trainThroughHead(head, network, {
    ...task,
    ...train,
    onEpoch: async () => {
      testLosses.push(lossOf(await evaluate(head, logitsOf, test)));
    },
  });
  const baseline = await evaluate(head, constantLogits, test);
  const learned = {
    training,
    testLosses,
    metrics: await evaluate(head, logitsOf, test),
    baseline,
    baselineLoss: lossOf(baseline),
    predictions: await predict(head, logitsOf, test, task.predictionKeys),
  };
  if (task.exportTo !== undefined) await exportTrained(task.exportTo, head, logitsOf, task.train[0]?.inputs ?? []);
  network.dispose();
  return learned;
}

/** Writes a network and its head as a SavedModel: one signature for each export output of the head, for batches of any size. */
async function exportTrained(
  folder: string,
  head: Head,
  logitsOf: (inputs: Tensor) => Tensor,
  row: readonly number[],
): Promise<void> {
  const x = tensor2d([[...row]]);
  const serve = (features: { x: Tensor }) =>
    head.createEstimatorSpec({ mode: ModeKeys.PREDICT, features, logits: logitsOf(features.x) });
  await exportSavedModel(folder, { predict: serve, example: [{ x }], overwrite: true });
  x.dispose();
}

/** A head of one number a row. */
export type RegressionTask = Omit<Task<number>, 'labelsOf' | 'constantLogits' | 'predictionKeys'> & {
  readonly constantLogit: number;
};

/** The same for a head of regression: one number a row; what is predicted is in the units of the labels. */
export async function learnRegression(task: RegressionTask): Promise<Learned & { readonly predicted: number[] }> {
  const learned = await learn({
    ...task,
    labelsOf: column,
    constantLogits: [task.constantLogit],
    predictionKeys: ['predictions'],
  });
  return { ...learned, predicted: learned.predictions.map(([value = NaN]) => value) };
}
