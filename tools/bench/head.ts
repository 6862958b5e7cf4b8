// Importing tfjs-layers registers the gradients that the peer needs; ours needs none.
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { LogisticRegressionHead, RegressionHead } from '@tfjs-heads/head-regression';
import type { Benchmark, Row } from './benchmark.js';
import { interleave } from './interleave.js';

type Loss = (logits: tf.Tensor) => tf.Scalar;

interface Case {
  readonly name: string;
  readonly peer: string;
  ours(batch: Batch): Loss;
  theirs(batch: Batch): Loss;
}

interface Batch {
  readonly labels: tf.Tensor;
  readonly logits: tf.Tensor;
  readonly weights: tf.Tensor;
}

const logistic = {
  plain: new LogisticRegressionHead(),
  weighted: new LogisticRegressionHead({ weightColumn: 'weight' }),
};
const regression = { plain: new RegressionHead(), weighted: new RegressionHead({ weightColumn: 'weight' }) };

const cases: readonly Case[] = [
  {
    name: 'logistic, weights',
    peer: 'tf.losses.sigmoidCrossEntropy',
    ours:
      ({ labels, weights }) =>
      (logits) =>
        logistic.weighted.loss(labels, logits, { features: { weight: weights } }),
    theirs:
      ({ labels, weights }) =>
      (logits) =>
        tf.losses.sigmoidCrossEntropy(labels, logits, weights),
  },
  {
    name: 'logistic',
    peer: 'tf.losses.sigmoidCrossEntropy',
    ours:
      ({ labels }) =>
      (logits) =>
        logistic.plain.loss(labels, logits),
    theirs:
      ({ labels }) =>
      (logits) =>
        tf.losses.sigmoidCrossEntropy(labels, logits),
  },
  {
    name: 'regression, weights',
    peer: 'tf.losses.meanSquaredError',
    ours:
      ({ labels, weights }) =>
      (logits) =>
        regression.weighted.loss(labels, logits, { features: { weight: weights } }),
    theirs:
      ({ labels, weights }) =>
      (logits) =>
        tf.losses.meanSquaredError(labels, logits, weights),
  },
  {
    name: 'regression',
    peer: 'tf.losses.meanSquaredError',
    ours:
      ({ labels }) =>
      (logits) =>
        regression.plain.loss(labels, logits),
    theirs:
      ({ labels }) =>
      (logits) =>
        tf.losses.meanSquaredError(labels, logits),
  },
];

const BATCHES = [32, 1024, 100_000];

/** Loss plus gradient with respect to the logits, the loss read: the heads against `tf.losses` and the tape of tfjs. */
export const head: Benchmark = async (backend, onRow) => {
  for (const { name, peer, ours, theirs } of cases) {
    for (const size of BATCHES) {
      const batch = makeBatch(size);
      const [ourLoss, theirLoss] = [ours(batch), theirs(batch)];
      await checkSame(ourLoss, theirLoss, batch.logits);
      const row = (unit: string, figures: { ours: number; theirs: number }): Row => ({
        benchmark: 'head',
        backend,
        case: name,
        batch: size,
        peer,
        unit,
        ...figures,
        ratio: figures.theirs / figures.ours,
      });
      const step = (loss: Loss) => async (): Promise<void> => {
        const { value, grad } = tf.valueAndGrad(loss)(batch.logits);
        await value.data();
        tf.dispose([value, grad]);
      };
      onRow(row('ms', await interleave(step(ourLoss), step(theirLoss))));
      onRow(
        row('kernel calls', {
          ours: await kernelCalls(ourLoss, batch.logits),
          theirs: await kernelCalls(theirLoss, batch.logits),
        }),
      );
      tf.dispose({ ...batch });
    }
  }
};

function makeBatch(size: number): Batch {
  const uniform = (low: number, high: number, seed: number): tf.Tensor =>
    tf.randomUniform([size, 1], low, high, 'float32', seed);
  const labels = tf.tidy(() => tf.cast(tf.greater(uniform(0, 1, 1), 0.5), 'float32'));
  // No weight of zero: with none, the default reduction of the peer divides by the same count as ours.
  return { labels, logits: uniform(-4, 4, 2), weights: uniform(0.5, 1.5, 3) };
}

/** A comparison of speed means something only between things that compute the same. */
async function checkSame(ours: Loss, theirs: Loss, logits: tf.Tensor): Promise<void> {
  const read = async (loss: Loss): Promise<number> => {
    const value = tf.tidy(() => loss(logits));
    const [number] = await value.data();
    value.dispose();
    return number as number;
  };
  const [our, their] = [await read(ours), await read(theirs)];
  // The peer sums in one float32 on wasm, hence the width.
  if (!(Math.abs(our - their) <= 1e-3 * Math.abs(their)))
    throw new Error(`The losses differ: ours is ${our}, the peer's ${their}.`);
}

async function kernelCalls(loss: Loss, logits: tf.Tensor): Promise<number> {
  const { kernels } = await tf.profile(() => {
    const { value, grad } = tf.valueAndGrad(loss)(logits);
    tf.dispose([value, grad]);
    return value;
  });
  return kernels.length;
}
