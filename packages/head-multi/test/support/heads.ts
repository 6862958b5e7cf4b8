import { tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Head, Metric, Metrics } from '@tfjs-heads/head-api';
import { NumberHead, ProbabilityHead } from '../../src/conformance-heads.js';
import { MultiHead } from '../../src/index.js';

/** The squared error of two numbers a row, and the cross entropy of a probability. */
export const two = new NumberHead({ name: 'two', logitsDimension: 2, weightColumn: 'weight' });
export const chance = new ProbabilityHead({ name: 'chance' });

/** Both on one network: logits of shape `[rows, 3]`. */
export const both: MultiHead = new MultiHead({ heads: [two, chance], headWeights: [0.5, 3] });

/** Three rows; the weights are those of `two` alone. */
export interface BatchOfBoth {
  readonly logits: Tensor;
  readonly labels: { readonly two: Tensor; readonly chance: Tensor };
  readonly features: { readonly weight: Tensor };
}

export const LOGITS: readonly number[][] = [
  [1, 2, 0],
  [3, -1, 2],
  [0, 4, -1],
];
const [TWO, CHANCE, WEIGHT] = [[[0, 2], [1, 1], [2, 0]], [[1], [0], [0.5]], [1, 0, 2]]; // prettier-ignore

export function batchOfBoth(): BatchOfBoth {
  return {
    logits: tensor(LOGITS as number[][]),
    labels: { two: tensor(TWO), chance: tensor(CHANCE) },
    features: { weight: tensor(WEIGHT) },
  };
}

/** In doubles: squared errors 1, 0 | 4, 4 | 4, 16, with the weights 1, 0, 2, over 6 values. */
export const LOSS_OF_TWO: number = (1 + 2 * 20) / 6;
/** log(1 + exp(x)) - z x. */
export const LOSS_OF_CHANCE: number = (Math.log(2) + Math.log1p(Math.exp(2)) + Math.log1p(Math.exp(-1)) + 0.5) / 3;

/** A head that extends nothing and keeps a metric of its own make: the mean of the logits. Its metrics update at once. */
export function strangeHead(name: string, changes: Partial<Head> = {}): Head {
  const head: Head = {
    apiVersion: 1,
    name,
    logitsDimension: 1,
    lossReduction: 'sum_over_batch_size',
    loss: (labels, logits) => new NumberHead().loss(labels as Tensor, logits as Tensor),
    predictions: (logits) => ({ mine: (logits as Tensor).clone() }),
    metrics: () => ({ [`seen/${name}`]: new Seen() }),
    updateMetrics(metrics: Metrics) {
      for (const metric of Object.values(metrics)) metric.update(); // its own, it may think
      return metrics;
    },
    createEstimatorSpec: (args) => {
      if (args.mode !== 'infer') throw new Error('It is never asked for.');
      const predictions = head.predictions(args.logits as Tensor);
      return {
        mode: 'infer',
        predictions,
        exportOutputs: { only: { kind: 'predict', outputs: predictions } },
        trainingChiefHooks: [],
        trainingHooks: [],
        evaluationHooks: [],
        predictionHooks: [],
        dispose: () => (predictions['mine'] as Tensor).dispose(),
      };
    },
    ...changes,
  };
  return head;
}

/** Counts updates. */
class Seen implements Metric {
  updates = 0;
  update(): void {
    this.updates++;
  }
  async result(): Promise<number> {
    return this.updates;
  }
  reset(): void {
    this.updates = 0;
  }
  async state(): Promise<never> {
    throw new Error('It has none.');
  }
  merge(): void {
    throw new Error('It has none.');
  }
  dispose(): void {
    this.reset();
  }
}
