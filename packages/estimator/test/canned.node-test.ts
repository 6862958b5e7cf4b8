// Lines 75 to 80 of the checklist: what needs no other backend than cpu.
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers gradients
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispose, memory, setBackend, tensor } from '@tensorflow/tfjs-core';
import { type Features, ModeKeys } from '@tfjs-heads/head-api';
import { BinaryClassHead, MultiClassHead } from '@tfjs-heads/head-classification';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { Adam, Ftrl, SGD } from '@tfjs-heads/optimizers';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  BaselineClassifier,
  BaselineEstimator,
  baselineModelFn,
  BaselineRegressor,
  type Batch,
  DNNClassifier,
  DNNEstimator,
  DNNLinearCombinedClassifier,
  DNNLinearCombinedEstimator,
  dnnLinearCombinedModelFn,
  dnnModelFn,
  DNNRegressor,
  embeddingColumn,
  type Estimator,
  LinearClassifier,
  LinearEstimator,
  linearModelFn,
  LinearRegressor,
  type ModelFn,
  numericColumn,
  VariableStore,
} from '../src/index.js';
import { city, originalFeatures, pair, tags } from './batch.js';
import { quiet } from './models.js';
import golden from './original.json' with { type: 'json' };

beforeAll(() => setBackend('cpu'));

const head = new RegressionHead();
const featureColumns = [pair];
const hiddenUnits = [3];
const many = Array.from({ length: 36 }, (_, i) => numericColumn(`a${i}`));

/** The optimizers that a model makes to train, by their keys, and their rates. */
function ratesOf(modelFn: ModelFn): Record<string, unknown> {
  const features = {
    ...originalFeatures(),
    ...Object.fromEntries(many.map(({ key }) => [key, tensor(golden.features.age)])),
  };
  const labels = tensor(golden.labels);
  const store = new VariableStore(0);
  modelFn({ features, labels, mode: ModeKeys.TRAIN, params: undefined, config: quiet(), store }).dispose();
  const rates = store.optimizers().map(({ key, optimizer }) => {
    const { learningRate } = optimizer as unknown as Adam;
    return [key, [optimizer.constructor.name, learningRate]] as const;
  });
  store.dispose();
  dispose([labels, ...Object.values(features)] as never);
  return Object.fromEntries(rates);
}

describe('optimizers (lines 75 to 78)', () => {
  it.each([
    ['dnn', dnnModelFn({ head, featureColumns, hiddenUnits }), { optimizer: ['Adagrad', 0.001] }],
    ['dnn SGD', dnnModelFn({ head, featureColumns, hiddenUnits, optimizer: 'SGD' }), { optimizer: ['SGD', 0.01] }],
    ['linear', linearModelFn({ head, featureColumns }), { optimizer: ['Ftrl', 0.2] }],
    ['linear null', linearModelFn({ head, featureColumns: many, optimizer: null }), { optimizer: ['Ftrl', 1 / 6] }],
    ['linear RMSProp', linearModelFn({ head, featureColumns, optimizer: 'RMSProp' }), { optimizer: ['RMSprop', 0.2] }],
    ['baseline', baselineModelFn({ head }), { optimizer: ['Ftrl', 0.3] }],
    ['baseline Adam', baselineModelFn({ head, optimizer: 'Adam' }), { optimizer: ['Adam', 0.3] }],
    [
      'baseline made',
      baselineModelFn({ head, optimizer: () => new Adam({ learningRate: 0.5 }) }),
      { optimizer: ['Adam', 0.5] },
    ],
    [
      'baseline given',
      baselineModelFn({ head, optimizer: new SGD({ learningRate: 0.25 }) }),
      { optimizer: ['SGD', 0.25] },
    ],
    [
      'combined',
      dnnLinearCombinedModelFn({
        head,
        linearFeatureColumns: featureColumns,
        dnnFeatureColumns: featureColumns,
        dnnHiddenUnits: hiddenUnits,
      }),
      { dnn_optimizer: ['Adagrad', 0.001], linear_optimizer: ['Ftrl', 0.005] },
    ],
    [
      'combined, linear alone',
      dnnLinearCombinedModelFn({
        head,
        linearFeatureColumns: featureColumns,
        linearOptimizer: new Ftrl({ learningRate: 1 }),
      }),
      { linear_optimizer: ['Ftrl', 1] },
    ],
  ] as const)('%s', (_, modelFn, expected) => expect(ratesOf(modelFn)).toEqual(expected));

  it('refuses a name that nobody knows when it is to train', () => {
    expect(() => ratesOf(linearModelFn({ head, featureColumns, optimizer: 'Adagard' }))).toThrowCoded(
      'OPTIMIZER_INVALID',
      ['Unsupported optimizer name'],
    );
  });
});

it.each([
  [() => new DNNEstimator({ head, featureColumns, hiddenUnits: [0] }), 'INVALID_ARGUMENT', 'hiddenUnits'],
  [() => new DNNEstimator({ head, featureColumns, hiddenUnits, dropout: 1 }), 'INVALID_ARGUMENT', 'dropout'],
  [
    () => new DNNEstimator({ head, featureColumns: [city as never], hiddenUnits }),
    'FEATURE_COLUMNS_INVALID',
    'wrapped',
  ],
  [() => new DNNEstimator({ head: {} as never, featureColumns, hiddenUnits }), 'INVALID_ARGUMENT', 'head'],
  [() => new DNNEstimator({ head, featureColumns, hidenUnits: [3] } as never), 'INVALID_ARGUMENT', "'hiddenUnits'"],
  [() => new LinearEstimator({ head, featureColumns: [] }), 'FEATURE_COLUMNS_INVALID', 'must not be empty'],
  [
    () => new LinearEstimator({ head, featureColumns: [city, city] }),
    'FEATURE_COLUMNS_INVALID',
    'Duplicate feature column',
  ],
  [
    () => new LinearRegressor({ featureColumns, sparseCombiner: 'max' as never }),
    'FEATURE_COLUMNS_INVALID',
    'sparseCombiner',
  ],
  [() => new DNNLinearCombinedEstimator({ head }), 'FEATURE_COLUMNS_INVALID', 'must be defined'],
  [
    () => new DNNLinearCombinedEstimator({ head, dnnFeatureColumns: featureColumns }),
    'INVALID_ARGUMENT',
    'dnn_hidden_units must be defined',
  ],
  [() => new BaselineClassifier({ nClasses: 1 }), 'N_CLASSES_INVALID', 'n_classes'],
] as const)('%s is refused (lines 75 to 78)', (make, code, text) => expect(make).toThrowCoded(code, [text]));

it('conveniences make their heads (line 78)', () => {
  const all: Estimator[] = [
    new BaselineRegressor(),
    new BaselineClassifier({ nClasses: 3 }),
    new DNNRegressor({ featureColumns, hiddenUnits, labelDimension: 2 }),
    new DNNClassifier({ featureColumns, hiddenUnits }),
    new LinearClassifier({ featureColumns, nClasses: 4, labelVocabulary: ['a', 'b', 'c', 'd'] }),
    new DNNLinearCombinedClassifier({ linearFeatureColumns: featureColumns }),
    new BaselineEstimator({ head: new MultiClassHead({ nClasses: 3 }) }),
    new LinearEstimator({ head: new BinaryClassHead(), featureColumns }),
  ];
  const features: Features = { pair: tensor(golden.features.pair) };
  const before = memory().numTensors;
  const keys = all.map(({ modelFn, config }) => {
    const store = new VariableStore(0);
    const spec = modelFn({ features, labels: undefined, mode: ModeKeys.PREDICT, params: undefined, config, store });
    const shape = spec.predictions['logits']?.shape ?? spec.predictions['predictions']?.shape;
    spec.dispose();
    store.dispose();
    return shape;
  });
  expect(keys).toEqual([1, 3, 2, 1, 4, 1, 3, 1].map((size) => [golden.features.pair.length, size]));
  expect(memory().numTensors).toBe(before);
  dispose(features as never);
});

it('goes on with the same dropout after a resumption (lines 70, 75)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'canned-'));
  const batches = function* (count: number): Generator<Batch, void, void> {
    for (let i = 0; i < count; i++) yield [originalFeatures(), tensor(golden.labels)];
  };
  const make = (modelDir?: string): Estimator =>
    new DNNRegressor({
      featureColumns: [pair, embeddingColumn(tags, { dimension: 2 })],
      hiddenUnits: [4],
      dropout: 0.5,
      batchNorm: true,
      optimizer: 'Adam',
      modelDir,
      config: quiet({ tfRandomSeed: 3 }),
    });
  const numbers = async (estimator: Estimator): Promise<unknown> => {
    const names = await estimator.getVariableNames();
    const values = await Promise.all(
      names.filter((name) => name.startsWith('dnn/')).map(async (name) => [name, await valuesOf(estimator, name)]),
    );
    estimator.dispose();
    return values;
  };
  try {
    const once = await make().train(() => batches(8));
    await (await make(folder).train(() => batches(3))).dispose();
    const resumed = await make(folder).train(() => batches(5));
    expect(await numbers(resumed)).toEqual(await numbers(once));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

async function valuesOf(estimator: Estimator, name: string): Promise<number[]> {
  const value = await estimator.getVariableValue(name);
  const numbers = Array.from(await value.data());
  value.dispose();
  return numbers;
}
