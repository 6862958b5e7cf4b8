// Importing tfjs-layers registers the gradients that the peer needs; ours needs none.
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { BinaryClassHead, MultiClassHead, MultiLabelHead } from '@tfjs-heads/head-classification';
import { LogisticRegressionHead, RegressionHead } from '@tfjs-heads/head-regression';
import type { Benchmark, Row } from './benchmark.js';
import { interleave } from './interleave.js';

type Loss = (logits: tf.Tensor) => tf.Scalar;

interface Case {
  readonly name: string;
  readonly peer: string;
  /** Default: a column of labels that are 0 or 1. */
  readonly batchOf?: (size: number) => Batch;
  ours(batch: Batch): Loss;
  theirs(batch: Batch): Loss;
}

interface Batch {
  readonly labels: tf.Tensor;
  readonly logits: tf.Tensor;
  readonly weights: tf.Tensor;
  /** Of ids, as the peer takes them. */
  readonly oneHot?: tf.Tensor;
}

const logistic = {
  plain: new LogisticRegressionHead(),
  weighted: new LogisticRegressionHead({ weightColumn: 'weight' }),
};
const regression = { plain: new RegressionHead(), weighted: new RegressionHead({ weightColumn: 'weight' }) };

/** How many classes the heads of several have here. */
const CLASSES = 10;
const classes = {
  binary: new BinaryClassHead({ weightColumn: 'weight' }),
  multi: new MultiClassHead({ nClasses: CLASSES, weightColumn: 'weight' }),
  label: new MultiLabelHead({ nClasses: CLASSES, weightColumn: 'weight' }),
};

const cases: readonly Case[] = [
  {
    name: 'binary class, weights',
    peer: 'tf.losses.sigmoidCrossEntropy',
    ours:
      ({ labels, weights }) =>
      (logits) =>
        classes.binary.loss(labels, logits, { features: { weight: weights } }),
    theirs:
      ({ labels, weights }) =>
      (logits) =>
        tf.losses.sigmoidCrossEntropy(labels, logits, weights),
  },
  {
    name: `${CLASSES} classes, weights`,
    peer: 'tf.losses.softmaxCrossEntropy',
    batchOf: classBatch,
    ours:
      ({ labels, weights }) =>
      (logits) =>
        classes.multi.loss(labels, logits, { features: { weight: weights } }),
    theirs:
      ({ oneHot, weights }) =>
      (logits) =>
        tf.losses.softmaxCrossEntropy(oneHot as tf.Tensor, logits, weights),
  },
  {
    name: `${CLASSES} labels, weights`,
    peer: 'tf.losses.sigmoidCrossEntropy',
    batchOf: labelBatch,
    ours:
      ({ labels, weights }) =>
      (logits) =>
        classes.label.loss(labels, logits, { features: { weight: weights } }),
    theirs:
      ({ labels, weights }) =>
      (logits) =>
        tf.losses.sigmoidCrossEntropy(labels, logits, weights),
  },
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
  for (const { name, peer, batchOf = makeBatch, ours, theirs } of cases) {
    for (const size of BATCHES) {
      const batch = batchOf(size);
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

function uniform(shape: number[], low: number, high: number, seed: number): tf.Tensor {
  return tf.randomUniform(shape, low, high, 'float32', seed);
}

function makeBatch(size: number, columns = 1): Batch {
  const shape = [size, columns];
  const labels = tf.tidy(() => tf.cast(tf.greater(uniform(shape, 0, 1, 1), 0.5), 'float32'));
  // No weight of zero: with none, the default reduction of the peer divides by the same count as ours.
  return { labels, logits: uniform(shape, -4, 4, 2), weights: uniform(shape, 0.5, 1.5, 3) };
}

function labelBatch(size: number): Batch {
  const { weights, ...batch } = makeBatch(size, CLASSES);
  weights.dispose();
  return { ...batch, weights: uniform([size, 1], 0.5, 1.5, 3) };
}

function classBatch(size: number): Batch {
  const labels = tf.tensor1d(
    Array.from({ length: size }, (_, row) => (row * 7) % CLASSES),
    'int32',
  );
  const oneHot = tf.tidy(() => tf.cast(tf.oneHot(labels, CLASSES), 'float32'));
  return { labels, oneHot, logits: uniform([size, CLASSES], -4, 4, 2), weights: uniform([size], 0.5, 1.5, 3) };
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
