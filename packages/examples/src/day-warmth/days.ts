import { dispose, div, type Tensor } from '@tensorflow/tfjs-core';
import {
  type Batch,
  categoricalColumnWithVocabularyList as vocabulary,
  DNNEstimator,
  indicatorColumn,
  type InputFn,
  numericColumn,
  RunConfig,
} from '@tfjs-heads/estimator';
import { csvInputFn } from '@tfjs-heads/estimator/csv';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { Adam } from '@tfjs-heads/optimizers';
import { pathOf } from '../vega-datasets.js';

const BATCH_SIZE = 64;
/** The 2,922 days come in 46 batches, of which the last nine are the test part. */
const TRAINING_BATCHES = 37;
/** How many steps an epoch has: a batch each. */
export const STEPS_PER_EPOCH: number = TRAINING_BATCHES;

export const head: RegressionHead = new RegressionHead();

/** A batch of days: features and the warmest temperature, [days, 1], in °C. */
export type Days = readonly [features: Readonly<Record<string, Tensor>>, warmth: Tensor];

/** The days of `weather.csv`, in an order that is the same each time. */
const days = csvInputFn(pathOf('weather.csv'), {
  columns: {
    location: 'string',
    precipitation: 'float32',
    temp_min: 'float32',
    wind: 'float32',
    weather: 'string',
    temp_max: 'float32',
  },
  label: 'temp_max',
  batchSize: BATCH_SIZE,
  shuffle: { bufferSize: 3000, seed: 1 },
});

/** The first batches, to train. */
export const trainingDays: InputFn = async function* (args) {
  let count = 0;
  for await (const batch of (await days(args)) as AsyncIterable<Batch>) {
    if (count++ === TRAINING_BATCHES) return dispose(batch as never);
    yield batch;
  }
};

/** The others, to test. */
export const testDays: InputFn = async function* (args) {
  let count = 0;
  for await (const batch of (await days(args)) as AsyncIterable<Batch>)
    if (count++ < TRAINING_BATCHES) dispose(batch as never);
    else yield batch;
};

/** A network that keeps checkpoints in a folder, one at the end of each epoch. */
export function makeEstimator(modelDir: string): DNNEstimator {
  const tenth = (value: Tensor): Tensor => div(value, 10);
  return new DNNEstimator({
    head,
    featureColumns: [
      ...['precipitation', 'temp_min', 'wind'].map((name) => numericColumn(name, { normalizerFn: tenth })),
      indicatorColumn(vocabulary('location', { vocabularyList: ['New York', 'Seattle'] })),
      indicatorColumn(vocabulary('weather', { vocabularyList: ['drizzle', 'fog', 'rain', 'snow', 'sun'] })),
    ],
    hiddenUnits: [16],
    optimizer: new Adam({ learningRate: 0.02 }),
    modelDir,
    config: new RunConfig({ saveCheckpointsSteps: STEPS_PER_EPOCH, saveSummarySteps: 1000, log: () => undefined }),
  });
}
