import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential, type Sequential } from '@tensorflow/tfjs-layers';
import { LogisticRegressionHead } from '@tfjs-heads/head-regression';
import { Adam, SGD } from '@tfjs-heads/optimizers';
import { trainStep } from '@tfjs-heads/tracing';
import { type Contestant, inThisProcess } from './contestant.js';
import { OURS, taskOf } from './trace-contestants.js';
import type { Rates } from './trace-float64.js';

const [IDS, WIDTH] = [10_000, 16];
/** How many a row has. */
const COLUMNS = 4;
export const EMBEDDING_ROWS = 32;
export const EMBEDDING = `embedding of ${IDS.toLocaleString('en')} x ${WIDTH} under a dense layer`;

/** A traced step of an embedding of four ids a row, under a dense layer of one unit, and `trainOnBatch` of tfjs-layers with whatever kernels there are. */
export async function embeddingContestants({ optimizer: name, rate }: Rates): Promise<Map<string, Contestant>> {
  // A network of one layer, for the draws.
  const { x: drawn, labels } = taskOf([COLUMNS, 1], EMBEDDING_ROWS);
  const { weights } = taskOf([IDS, WIDTH, COLUMNS * WIDTH, 1], 0);
  const [table, , , , matrix, bias] = weights as [Float32Array, unknown, unknown, unknown, Float32Array, Float32Array];
  const ids = tf.tensor2d(
    Int32Array.from(drawn, (value) => ((value + 1.7) / 3.4) * IDS),
    [EMBEDDING_ROWS, COLUMNS],
    'int32',
  );
  const target = tf.tensor2d(labels, [EMBEDDING_ROWS, 1]);
  const first = (): tf.Tensor2D[] => [
    tf.tensor2d(table, [IDS, WIDTH]),
    tf.tensor2d(matrix, [COLUMNS * WIDTH, 1]),
    tf.tensor2d(bias, [1, 1]),
  ];

  const variables = tf.tidy(() => first().map((tensor) => tf.variable(tensor)));
  const [rows, dense, constant] = variables as unknown as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const step = trainStep(new LogisticRegressionHead(), {
    network: ({ x }: { readonly x: tf.Tensor }) => {
      const found = tf.gather(rows, tf.reshape(x, [EMBEDDING_ROWS * COLUMNS]) as tf.Tensor1D);
      return tf.add(tf.matMul(tf.reshape(found, [EMBEDDING_ROWS, COLUMNS * WIDTH]), dense), constant);
    },
    optimizer: name === 'SGD' ? new SGD({ learningRate: rate }) : new Adam({ learningRate: rate }),
    variables,
    threads: 1,
  });
  const ours = await inThisProcess(async () => {
    const loss = step({ features: { x: ids }, labels: target });
    const [value] = await loss.data();
    loss.dispose();
    return value as number;
  });

  const model = embeddingModel({ optimizer: name, rate });
  tf.tidy(() => model.setWeights(first().map((tensor, index) => (index === 2 ? tf.reshape(tensor, [1]) : tensor))));
  const theirs = await inThisProcess(async () => (await model.trainOnBatch(ids, target)) as number);
  const end = (): void => {
    step.dispose();
    tf.dispose([ids, target]);
  };
  return new Map([
    [OURS, { ...ours, end }],
    ['tfjs-layers', theirs],
  ]);
}

function embeddingModel({ optimizer, rate }: Rates): Sequential {
  const model = sequential();
  model.add(layers.embedding({ inputDim: IDS, outputDim: WIDTH, inputLength: COLUMNS }));
  model.add(layers.flatten());
  model.add(layers.dense({ units: 1, activation: 'sigmoid' }));
  model.compile({
    optimizer: optimizer === 'SGD' ? tf.train.sgd(rate) : tf.train.adam(rate, 0.9, 0.999, 1e-7),
    loss: 'binaryCrossentropy',
  });
  return model;
}
