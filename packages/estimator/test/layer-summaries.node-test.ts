import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // It registers the gradients.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { MultiClassHead } from '@tfjs-heads/head-classification';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { expect, it, onTestFinished } from 'vitest';
import {
  addMetrics,
  type Batch,
  DNNEstimator,
  DNNLinearCombinedEstimator,
  type Estimator,
  LinearEstimator,
  RNNEstimator,
  sequenceNumericColumn,
} from '../src/index.js';
import { histogramOf } from '../src/summaries/histogram.js';
import { type Event, readEvents } from './events.js';
import { city, originalFeatures, originalSequences, pair } from './batch.js';
import { freshDir, quiet, valuesOf } from './models.js';
import golden from './original.json' with { type: 'json' };

await tf.setBackend('cpu');

// What TensorFlow 2.15 wrote of the same numbers.
it.each([
  [
    [0, 0, 0],
    [0, 1e-12, Number.MAX_VALUE],
    [0, 3, 0],
  ],
  [[0.0009877296397462487], [0.0009598705768327891, 0.001055857634516068, Number.MAX_VALUE], [0, 1, 0]],
  [
    [-3.6850485801696777, -1.8425242900848389, -3.6],
    [-3.8315657995195243, -3.48324163592684, -1.9661990955585713, -1.7874537232350647, Number.MAX_VALUE],
    [0, 2, 0, 1, 0],
  ],
])('line 73: the histogram of %j has the buckets of the original', (values, limits, counts) => {
  const histogram = histogramOf(values);
  expect(histogram.counts).toEqual(counts);
  histogram.limits.forEach((limit, i) => expect(limit / (limits[i] as number) || 1).toBeCloseTo(1, 12));
  const sum = values.reduce((total, value) => total + value, 0);
  expect(histogram).toMatchObject({ min: Math.min(...values), max: Math.max(...values), num: values.length, sum });
});

it('a histogram leaves out what is not finite', () => {
  expect(histogramOf([Number.NaN, 1, -Infinity])).toMatchObject({ num: 1, min: 1, max: 1, sum: 1, sumSquares: 1 });
  expect(histogramOf([Number.NaN])).toMatchObject({ num: 0, min: 0, max: 0, counts: [0], limits: [Number.MAX_VALUE] });
});

function* batches(count: number): Generator<Batch, void, void> {
  for (let i = 0; i < count; i++) yield [originalFeatures(), tf.tensor(golden.labels)];
}

const head = new RegressionHead();
const layer = (name: string): string[] => [`${name}/fraction_of_zero_values`, `${name}/activation`];
const linear = ['bias', 'fraction_of_zero_weights'];

function make(kind: string, modelDir: string | undefined, saveSummarySteps = 4): Estimator {
  const config = quiet({ saveSummarySteps, tfRandomSeed: 3 });
  const deep = { hiddenUnits: [4, 3], dropout: 0.5, batchNorm: true, featureColumns: [pair] };
  if (kind === 'linear') return new LinearEstimator({ head, featureColumns: [pair, city], modelDir, config });
  if (kind === 'combined')
    return new DNNLinearCombinedEstimator({
      head,
      linearFeatureColumns: [city],
      dnnFeatureColumns: [pair],
      dnnHiddenUnits: [3],
      modelDir,
      config,
    });
  const estimator = new DNNEstimator({ head, ...deep, modelDir, config });
  return kind === 'dnn' ? estimator : addMetrics(estimator, () => ({}));
}

async function eventsOf(kind: string): Promise<readonly Event[]> {
  const modelDir = freshDir();
  onTestFinished(() => rmSync(modelDir, { recursive: true }));
  const estimator = make(kind, modelDir);
  const before = tf.memory().numTensors;
  await estimator.train(() => batches(9));
  estimator.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return eventsIn(modelDir);
}

function eventsIn(folder: string): readonly Event[] {
  const name = readdirSync(folder).find((one) => one.startsWith('events.out.tfevents.'));
  return readEvents(readFileSync(join(folder, String(name))));
}

it.each([
  ['dnn', [...layer('dnn/hiddenlayer_0'), ...layer('dnn/hiddenlayer_1'), ...layer('dnn/logits')]],
  ['dnn with more metrics', [...layer('dnn/hiddenlayer_0'), ...layer('dnn/hiddenlayer_1'), ...layer('dnn/logits')]],
  ['linear', linear],
  ['combined', [...layer('dnn/hiddenlayer_0'), ...layer('dnn/logits'), ...linear, ...layer('linear')]],
])('line 73: summaries of the model, with the tags of the original: %s', async (kind, tags) => {
  const events = (await eventsOf(kind)).slice(1);
  expect(events.map(({ step }) => step)).toEqual([1, 5, 9]);
  for (const { values } of events) {
    const own = Object.keys(values).filter((tag) => tag !== 'loss' && tag !== 'global_step/sec');
    expect(own.toSorted()).toEqual(tags.toSorted());
    for (const [tag, value] of Object.entries(values))
      expect(typeof value, tag).toBe(tag.endsWith('activation') ? 'object' : 'number');
  }
  // Before the first step.
  if (kind === 'linear') expect(events[0]?.values).toMatchObject({ bias: 0, fraction_of_zero_weights: 1 });
  const fraction = events[0]?.values['dnn/logits/fraction_of_zero_values'];
  if (kind !== 'linear') expect(fraction).toBe(0);
  if (kind === 'combined')
    expect(events[0]?.values['linear/activation']).toMatchObject({ min: 0, max: 0, num: golden.labels.length });
});

it('a bias of several logits is a histogram', async () => {
  const modelDir = freshDir();
  onTestFinished(() => rmSync(modelDir, { recursive: true }));
  const estimator = new LinearEstimator({
    head: new MultiClassHead({ nClasses: 3 }),
    featureColumns: [pair],
    modelDir,
    config: quiet(),
  });
  await estimator.train(() => [[originalFeatures(), tf.tensor(golden.classes, undefined, 'int32')] as const]);
  estimator.dispose();
  expect(eventsIn(modelDir)[1]?.values['bias']).toMatchObject({ num: 3, sum: 0 });
});

it('line 73: how long the sequences of a recurrent network are, with the tag of the original', async () => {
  const modelDir = freshDir();
  onTestFinished(() => rmSync(modelDir, { recursive: true }));
  const estimator = new RNNEstimator({
    head,
    sequenceFeatureColumns: [sequenceNumericColumn('heat')],
    units: 2,
    modelDir,
    config: quiet(),
  });
  await estimator.train(() => [[originalSequences(), tf.tensor(golden.labels)] as const]);
  estimator.dispose();
  const lengths = golden.sequences.heat.map((row) => row.length);
  expect(eventsIn(modelDir)[1]?.values['rnn_model/sequence_input_layer/sequence_length']).toMatchObject({
    num: lengths.length,
    min: Math.min(...lengths),
    max: Math.max(...lengths),
    sum: lengths.reduce((total, length) => total + length, 0),
  });
});

it('line 75: training comes to the same bits with and without summaries, its dropout too', async () => {
  const modelDir = freshDir();
  onTestFinished(() => rmSync(modelDir, { recursive: true }));
  const [told, untold] = [make('dnn', modelDir, 1), make('dnn', undefined)];
  for (const estimator of [told, untold]) await estimator.train(() => batches(12));
  expect(await valuesOf(told)).toEqual(await valuesOf(untold));
  told.dispose();
  untold.dispose();
});
