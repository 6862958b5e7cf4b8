// Lines 78 and 80 of the checklist: what a recurrent estimator takes, and what it refuses.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { Features } from '@tfjs-heads/head-api';
import { MultiClassHead } from '@tfjs-heads/head-classification';
import { SequentialHeadWrapper } from '@tfjs-heads/head-multi';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { describe, expect, it } from 'vitest';
import {
  type Batch,
  embeddingColumn,
  indicatorColumn,
  DNNEstimator,
  orthogonal,
  prepareFeatures,
  RNNClassifier,
  RNNEstimator,
  type RNNEstimatorOptions,
  RunConfig,
  sequenceCategoricalColumnWithVocabularyList,
  type SequenceColumn,
  sequenceNumericColumn,
} from '../src/index.js';
import { originalSequences, pair, sparse } from './batch.js';
import golden from './original.json' with { type: 'json' };

const head = new RegressionHead();
const words = sequenceCategoricalColumnWithVocabularyList('words', { vocabularyList: ['oslo', 'rome', 'paris'] });
const heat = sequenceNumericColumn('heat');
const sequenceFeatureColumns = [embeddingColumn(words, { dimension: 2 }), heat];
/** tfjs-layers draws orthogonal ones by methods of tensors that tfjs-core alone does not have. */
const recurrentInitializer = 'glorotUniform';
const logs: string[] = [];
const config = new RunConfig({ tfRandomSeed: 3, logStepCountSteps: 10, log: (line) => logs.push(line) });
await tf.setBackend('cpu');

function* batches(count: number, labels: unknown = golden.labels, dtype?: 'int32'): Generator<Batch, void, void> {
  for (let i = 0; i < count; i++) yield [originalSequences(), tf.tensor(labels as number[], undefined, dtype)];
}

describe('training (line 78)', () => {
  it.each([
    ['lstm', { units: [4, 3], cellType: 'lstm' }],
    ['gru', { units: 3, cellType: 'gru', contextFeatureColumns: [pair] }],
    [
      'of tfjs-layers',
      {
        rnnCellFn: () =>
          layers.stackedRNNCells({
            cells: [
              layers.lstmCell({ units: 3, recurrentInitializer }),
              layers.gruCell({ units: 2, recurrentInitializer }),
            ],
          }),
      },
    ],
  ] as [string, Partial<RNNEstimatorOptions>][])(
    '%s: runs as recorded, and is resumed to the same bits',
    async (_, options) => {
      const folder = mkdtempSync(join(tmpdir(), 'rnn-'));
      const make = (modelDir?: string): RNNEstimator =>
        new RNNEstimator({ head, sequenceFeatureColumns, ...options, modelDir, config });
      try {
        logs.length = 0;
        const before = tf.memory().numTensors;
        const first = make(folder);
        await first.train(() => batches(6));
        const { loss: begun } = await first.evaluate(() => batches(1));
        first.dispose();
        const resumed = make(folder);
        await resumed.train(() => batches(10));
        const { loss, global_step: step } = await resumed.evaluate(() => batches(1));
        expect(step).toBe(16);
        expect(loss).toBeLessThan(begun as number);
        expect(logs.filter((line) => line.includes('eager'))).toEqual([]);
        if (options.rnnCellFn === undefined) {
          const once = make();
          await once.train(() => batches(16));
          expect((await once.evaluate(() => batches(1))).loss).toBe(loss);
          once.dispose();
        }
        resumed.dispose();
        expect(tf.memory().numTensors).toBe(before);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  it('takes a head for each step, and gives predictions with their mask', async () => {
    const sequential = new SequentialHeadWrapper({ staticHead: new RegressionHead() });
    const estimator = new RNNEstimator({
      head: sequential,
      sequenceFeatureColumns,
      units: 3,
      returnSequences: true,
      config,
    });
    await estimator.train(() => batches(5, golden.stepLabels));
    const rows = [];
    for await (const row of estimator.predict(() => [originalSequences()])) rows.push(row as Record<string, unknown[]>);
    expect(rows.map((row) => row['predictions']?.length)).toEqual(golden.labels.map(() => 4));
    expect(rows.map((row) => row['sequence_length_mask']?.map(Number))).toEqual(
      golden.sequences.words.map((row) => [0, 1, 2, 3].map((i) => (i < row.length ? 1 : 0))),
    );
    estimator.dispose();
  });

  it('tells classes of sequences apart', async () => {
    const estimator = new RNNClassifier({ sequenceFeatureColumns, units: [3], nClasses: 3, optimizer: 'Adam', config });
    const ids = (): Generator<Batch, void, void> => batches(60, golden.classes, 'int32');
    await estimator.train(ids);
    expect((await estimator.evaluate(() => batches(1, golden.classes, 'int32')))['accuracy']).toBe(1);
    estimator.dispose();
  });

  it('a step that is not there changes nothing, whatever stands in its place', async () => {
    const estimator = new RNNEstimator({ head, sequenceFeatureColumns: [heat], units: 3, cellType: 'lstm', config });
    await estimator.train(function* () {
      yield [{ heat: sparse([[1, 2], [3]], 'float32') }, tf.tensor([[1], [2]])];
    });
    const predicted = async (rows: number[][]): Promise<unknown> => {
      const all = [];
      for await (const { predictions } of estimator.predict(() => [{ heat: sparse(rows, 'float32') }]))
        all.push(predictions);
      return all[0];
    };
    expect(
      await predicted([
        [1, 2],
        [1, 2, 3, 4, 5],
      ]),
    ).toEqual(await predicted([[1, 2]]));
    estimator.dispose();
  });
});

it('a recurrent kernel begins orthogonal', async () => {
  for (const shape of [
    [3, 12],
    [5, 5],
    [6, 2],
  ] as const) {
    const kernel = orthogonal(shape, 1) as tf.Tensor2D;
    const product = shape[0] <= shape[1] ? tf.matMul(kernel, kernel, false, true) : tf.matMul(kernel, kernel, true);
    const difference = tf.max(tf.abs(tf.sub(product, tf.eye(Math.min(...shape)))));
    expect((await difference.data())[0]).toBeLessThan(1e-6);
    tf.dispose([kernel, product, difference]);
  }
});

const make = (options: object) => (): unknown =>
  new RNNEstimator({ head, sequenceFeatureColumns, ...options } as RNNEstimatorOptions);

it.each([
  ['no units', make({}), 'INVALID_ARGUMENT', 'units'],
  ['a layer without units', make({ units: [3, 0] }), 'INVALID_ARGUMENT', 'units'],
  ['a cell that nobody knows', make({ units: 3, cellType: 'rnn' }), 'INVALID_ARGUMENT', 'simple_rnn, lstm, gru'],
  [
    'units beside a cell',
    make({ units: 3, rnnCellFn: () => layers.lstmCell({ units: 3 }) }),
    'INVALID_ARGUMENT',
    'rnn_cell_fn',
  ],
  ['a head of examples for steps', make({ units: 3, returnSequences: true }), 'INVALID_ARGUMENT', '_SequentialHead'],
  ['no columns', make({ units: 3, sequenceFeatureColumns: [] }), 'FEATURE_COLUMNS_INVALID', 'sequenceFeatureColumns'],
  [
    'a column of examples',
    make({ units: 3, sequenceFeatureColumns: [pair] }),
    'FEATURE_COLUMNS_INVALID',
    'sequenceNumericColumn',
  ],
  ['a column twice', make({ units: 3, sequenceFeatureColumns: [heat, heat] }), 'FEATURE_COLUMNS_INVALID', 'Duplicate'],
  [
    'a context of sequences',
    make({ units: 3, contextFeatureColumns: [heat] }),
    'FEATURE_COLUMNS_INVALID',
    'contextFeatureColumns',
  ],
  [
    'sequences for a network of dense layers',
    () => new DNNEstimator({ head, featureColumns: [indicatorColumn(words) as never], hiddenUnits: [2] }),
    'FEATURE_COLUMNS_INVALID',
    'a feature column',
  ],
  [
    'a default that is no number',
    () => sequenceNumericColumn('heat', { defaultValue: '0' as never }),
    'FEATURE_COLUMNS_INVALID',
    'defaultValue',
  ],
] as const)('%s is refused (line 78)', (_, run, code, text) => expect(run).toThrowCoded(code, [text]));

it.each([
  [
    'as many steps of each',
    [heat, indicatorColumn(words)],
    { heat: sparse([[1, 2]], 'float32'), words: sparse([['oslo']], 'string') },
    ['2 steps', '1 of', 'the example 0'],
  ],
  [
    'one batch',
    [heat, indicatorColumn(words)],
    { heat: sparse([[1]], 'float32'), words: sparse([['oslo'], ['rome']], 'string') },
    ['Batch size'],
  ],
  ['two dimensions', [indicatorColumn(words)], { words: tf.tensor1d(['oslo']) }, ['[batch,time]', '[1]']],
  [
    'the shape of a step',
    [sequenceNumericColumn('heat', { shape: 2 })],
    { heat: tf.zeros([2, 3, 4]) },
    ['[batch,time,2]', '[2,3,4]'],
  ],
  [
    'places within',
    [heat],
    { heat: { ...sparse([[1]], 'float32'), denseShape: [1, 1], indices: tf.tensor2d([[0, 7]], [1, 2], 'int32') } },
    ['places from 0 to 0', '7'],
  ],
  ['numbers', [heat], { heat: sparse([['a']], 'string') }, ['numbers', 'string']],
  [
    'the shape that a normalizer was given',
    [sequenceNumericColumn('heat', { normalizerFn: (x) => tf.sum(x) })],
    { heat: tf.zeros([1, 2]) },
    undefined,
  ],
] as [string, SequenceColumn[], Features, string[] | undefined][])(
  'features must have %s (line 80)',
  async (_, sequences, features, texts) => {
    if (texts === undefined) {
      const estimator = new RNNEstimator({
        head: new MultiClassHead({ nClasses: 3 }),
        sequenceFeatureColumns: sequences,
        units: 2,
        config,
      });
      await expect(estimator.predict(() => [features]).next()).rejects.toMatchObject({ code: 'FEATURES_INVALID' });
      estimator.dispose();
      return;
    }
    const before = tf.memory().numTensors;
    const error: unknown = await prepareFeatures(features, [{ prefix: '', columns: [], sequences }]).catch(
      (reason: unknown) => reason,
    );
    expect(() => {
      throw error;
    }).toThrowCoded('FEATURES_INVALID', texts);
    expect(tf.memory().numTensors).toBe(before);
  },
);
