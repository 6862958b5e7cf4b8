// Lines 75 to 78 of the checklist: canned estimators train as the original's do, on every backend.
import '@tensorflow/tfjs-layers'; // registers gradients
import { dispose, getBackend, memory, tanh, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Features, ModeKeys } from '@tfjs-heads/head-api';
import { MultiClassHead } from '@tfjs-heads/head-classification';
import { SequentialHeadWrapper } from '@tfjs-heads/head-multi';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { beforeAll, expect, it } from 'vitest';
import {
  BaselineEstimator,
  DNNEstimator,
  DNNLinearCombinedEstimator,
  embeddingColumn,
  type Estimator,
  indicatorColumn,
  LinearEstimator,
  RNNEstimator,
  sequenceCategoricalColumnWithVocabularyList,
  sequenceNumericColumn,
  VariableStore,
} from '../src/index.js';
import { bucketized, city, crossed, originalFeatures, originalSequences, pair, tags, weighted } from './batch.js';
import golden from './original.json' with { type: 'json' };

type Name = keyof typeof golden.trainings;
type Recorded = Readonly<Record<string, unknown>>;

const head = new RegressionHead({ weightColumn: 'weight' });
const classes = new MultiClassHead({ nClasses: 3 });
const wide = [pair, bucketized, city, weighted, crossed];
const deep = [pair, indicatorColumn(city), embeddingColumn(tags, { dimension: 2 })];
const words = sequenceCategoricalColumnWithVocabularyList('words', { vocabularyList: ['oslo', 'rome', 'paris'] });
const sequences = {
  head,
  sequenceFeatureColumns: [embeddingColumn(words, { dimension: 2 }), sequenceNumericColumn('heat')],
};
const optimizers = ['Adagrad', 'Adam', 'Ftrl', 'RMSProp', 'SGD'] as const;

const models: Readonly<Record<Name, Estimator>> = {
  ...(Object.fromEntries(
    optimizers.flatMap((optimizer) => [
      [`linear ${optimizer}`, new LinearEstimator({ head, featureColumns: wide, optimizer })],
      [`baseline ${optimizer}`, new BaselineEstimator({ head, optimizer })],
    ]),
  ) as Record<`${'linear' | 'baseline'} ${(typeof optimizers)[number]}`, Estimator>),
  'linear mean': new LinearEstimator({ head, featureColumns: wide, sparseCombiner: 'mean' }),
  'linear sqrtn': new LinearEstimator({ head, featureColumns: wide, sparseCombiner: 'sqrtn' }),
  'linear classes': new LinearEstimator({ head: classes, featureColumns: wide }),
  'baseline classes': new BaselineEstimator({ head: classes }),
  dnn: new DNNEstimator({ head, featureColumns: deep, hiddenUnits: [4, 3] }),
  'dnn batchNorm': new DNNEstimator({
    head,
    featureColumns: deep,
    hiddenUnits: [4, 3],
    optimizer: 'SGD',
    batchNorm: true,
    activationFn: tanh,
  }),
  rnn: new RNNEstimator({ ...sequences, units: [3] }),
  'rnn context': new RNNEstimator({
    ...sequences,
    contextFeatureColumns: [embeddingColumn(city, { dimension: 2 }), pair],
    units: 3,
    cellType: 'simple_rnn',
  }),
  'rnn lstm': new RNNEstimator({ ...sequences, units: [3, 2], cellType: 'lstm' }),
  'rnn gru': new RNNEstimator({ ...sequences, units: [3], cellType: 'gru', optimizer: 'Adam' }),
  'rnn clipped': new RNNEstimator({ ...sequences, units: 3, cellType: 'lstm', optimizer: 'SGD' }),
  'rnn by step': new RNNEstimator({
    ...sequences,
    head: new SequentialHeadWrapper({ staticHead: new RegressionHead() }),
    units: [2, 3],
    cellType: 'gru',
    returnSequences: true,
  }),
  combined: new DNNLinearCombinedEstimator({
    head,
    linearFeatureColumns: wide,
    dnnFeatureColumns: deep,
    dnnHiddenUnits: [4],
  }),
};

let batch: Features;
let sequenceBatch: Features;
beforeAll(() => {
  [batch, sequenceBatch] = [originalFeatures(), originalSequences()];
  return () => dispose([batch, sequenceBatch] as never);
});

/** Sets variables to what the original's began with. */
function begin(store: VariableStore, start: Recorded): void {
  for (const { name, of } of store.all()) {
    if (!of.trainable) continue;
    const values = tensor(start[name] as number[], (of as Tensor).shape, 'float32');
    (of as unknown as { assign(to: Tensor): void }).assign(values);
    values.dispose();
  }
}

// GPUs in software take their time, and optimizers are held to their rules there, too: ten steps of a model of each kind will do.
const isOnGpu = ['webgl', 'webgpu'].includes(getBackend());
const STEPS = isOnGpu ? 10 : 50;
const onGpu: ReadonlySet<string> = new Set(['linear Ftrl', 'baseline Adam', 'dnn batchNorm', 'combined', 'rnn lstm']);
const cases = Object.entries(models).filter(([name]) => !isOnGpu || onGpu.has(name));

it.each(cases)('%s trains as the original (lines 75 to 78)', async (name, estimator) => {
  const { modelFn, config } = estimator;
  const recorded = golden.trainings[name as Name];
  const losses = recorded.losses as Readonly<Record<string, number>>;
  const features = name.startsWith('rnn') ? sequenceBatch : batch;
  const labels = name.endsWith('classes') ? tensor(golden.classes, undefined, 'int32') : labelsOf(name);
  const store = new VariableStore(0);
  const prepared = (await estimator.options.prepare?.(features)) as Features;
  const args = { features: prepared, labels, mode: ModeKeys.TRAIN, params: undefined, config, store };
  const before = memory().numTensors;
  modelFn(args).dispose();
  const variables = store.all();
  expect(variables.map((one) => one.name).toSorted()).toEqual(Object.keys(recorded.end).toSorted());
  expect(memory().numTensors).toBe(before + variables.length);
  begin(store, recorded.start);
  // Normalization over six examples makes much of a rounding.
  const bound = name.endsWith('batchNorm') ? 2e-4 : 2e-5;
  for (let step = 1; step <= STEPS; step++) {
    const spec = modelFn(args);
    if (spec.mode !== ModeKeys.TRAIN) throw new Error(spec.mode);
    spec.trainOp();
    const expected = losses[step];
    if (expected !== undefined) expectNear(await spec.loss.data(), [expected], `the loss of step ${step}`, bound);
    spec.dispose();
  }
  for (const { name: variable, of } of isOnGpu ? [] : variables) {
    const expected = [(recorded.end as Recorded)[variable]].flat(3) as number[];
    expectNear(await (of as Tensor).data(), expected, variable, bound);
  }
  store.dispose();
  labels.dispose();
  dispose(Object.entries(prepared).flatMap(([key, one]) => (key in features ? [] : one)) as never);
});

function labelsOf(name: string): Tensor {
  if (name === 'rnn by step') return tensor(golden.stepLabels);
  return name === 'rnn clipped'
    ? tensor(golden.labels.map((row) => row.map((value) => 10 * value)))
    : tensor(golden.labels);
}

/** Within a bound, of itself where it is larger than 1. */
function expectNear(actual: ArrayLike<number>, expected: readonly number[], what: string, bound: number): void {
  expect(actual).toHaveLength(expected.length);
  const errors = expected.map((value, i) => Math.abs((actual[i] as number) - value) / Math.max(1, Math.abs(value)));
  const worst = errors.indexOf(Math.max(...errors));
  expect(errors[worst], `${what}: ${actual[worst]} against ${expected[worst]}`).toBeLessThan(bound);
}
