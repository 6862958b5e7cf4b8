// Line 80 of the checklist: hashes, and what feature columns refuse.
import '@tensorflow/tfjs-backend-cpu';
import { dispose, memory, setBackend, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Features } from '@tfjs-heads/head-api';
import { beforeAll, describe, expect, it } from 'vitest';
import { fingerprint64 } from '../src/feature-columns/fingerprint64.js';
import {
  bucketizedColumn,
  categoricalColumnWithHashBucket,
  categoricalColumnWithIdentity,
  categoricalColumnWithVocabularyList,
  crossedColumn,
  type DenseColumn,
  denseInput,
  embeddingColumn,
  indicatorColumn,
  linearModel,
  numericColumn,
  prepareFeatures,
  sharedEmbeddings,
  VariableStore,
  weightedCategoricalColumn,
} from '../src/index.js';
import { age, bucketized, city, originalFeatures, pair, sparse, tags, weighted } from './batch.js';
import golden from './original.json' with { type: 'json' };

beforeAll(() => setBackend('cpu'));

it.each(Object.entries(golden.fingerprints))('the fingerprint of %j is the original (line 80)', (text, expected) => {
  expect(fingerprint64(text) % (2n ** 63n - 1n)).toBe(BigInt(expected));
});

const hashed = categoricalColumnWithHashBucket('city', { hashBucketSize: 5 });
const list = categoricalColumnWithVocabularyList;

describe('arguments (line 80)', () => {
  it.each([
    [() => numericColumn('age', { shape: 0 }), 'NUMERIC_COLUMN_INVALID', 'shape'],
    [() => numericColumn('age', { normalizerFn: 1 as never }), 'NUMERIC_COLUMN_INVALID', 'normalizerFn'],
    [() => bucketizedColumn(age, []), 'FEATURE_COLUMNS_INVALID', 'boundaries'],
    [() => bucketizedColumn(age, [2, 1]), 'FEATURE_COLUMNS_INVALID', 'sorted list'],
    [() => bucketizedColumn(age, [1, 1]), 'FEATURE_COLUMNS_INVALID', 'sorted list'],
    [() => bucketizedColumn(age, [Number.NaN]), 'FEATURE_COLUMNS_INVALID', 'sorted list'],
    [() => bucketizedColumn(city as never, [1]), 'FEATURE_COLUMNS_INVALID', 'numericColumn'],
    [() => bucketizedColumn(numericColumn('a', { shape: [2, 2] }), [1]), 'FEATURE_COLUMNS_INVALID', 'one-dimensional'],
    [() => list('', { vocabularyList: ['a'] }), 'FEATURE_COLUMNS_INVALID', 'key'],
    [() => list('a', { vocabularyList: [] }), 'FEATURE_COLUMNS_INVALID', 'non-empty'],
    [() => list('a', { vocabularyList: ['a', 1] as never }), 'FEATURE_COLUMNS_INVALID', 'vocabularyList'],
    [() => list('a', { vocabularyList: ['a', 'b', 'a'] }), 'FEATURE_COLUMNS_INVALID', "'a' again"],
    [
      () => list('a', { vocabularyList: ['a'], numOovBuckets: 1, defaultValue: 0 }),
      'FEATURE_COLUMNS_INVALID',
      "Can't specify both",
    ],
    [() => list('a', { vocabularyList: ['a'], numOovBuckets: -1 }), 'FEATURE_COLUMNS_INVALID', 'numOovBuckets'],
    [() => list('a', { vocabularyList: ['a'], defaultValue: 1 }), 'FEATURE_COLUMNS_INVALID', 'defaultValue'],
    [() => list('a', { vocabularylist: ['a'] } as never), 'INVALID_ARGUMENT', "'vocabularyList'"],
    [() => categoricalColumnWithIdentity('a', { numBuckets: 0 }), 'FEATURE_COLUMNS_INVALID', 'numBuckets'],
    [() => categoricalColumnWithIdentity('a', { numBuckets: 2 ** 31 }), 'FEATURE_COLUMNS_INVALID', 'numBuckets'],
    [
      () => categoricalColumnWithIdentity('a', { numBuckets: 3, defaultValue: 3 }),
      'FEATURE_COLUMNS_INVALID',
      'in range [0, 3)',
    ],
    [() => categoricalColumnWithHashBucket('a', { hashBucketSize: 0 }), 'FEATURE_COLUMNS_INVALID', 'hashBucketSize'],
    [
      () => categoricalColumnWithHashBucket('a', { hashBucketSize: 2, dtype: 'float32' as never }),
      'FEATURE_COLUMNS_INVALID',
      'dtype',
    ],
    [() => crossedColumn(['a'], { hashBucketSize: 9 }), 'FEATURE_COLUMNS_INVALID', 'length > 1'],
    [() => crossedColumn(['a', 'b'], { hashBucketSize: 1 }), 'FEATURE_COLUMNS_INVALID', 'hashBucketSize'],
    [
      () => crossedColumn(['a', hashed as never], { hashBucketSize: 9 }),
      'FEATURE_COLUMNS_INVALID',
      'not supported for crossing',
    ],
    [() => crossedColumn(['a', weighted as never], { hashBucketSize: 9 }), 'FEATURE_COLUMNS_INVALID', 'each of keys'],
    [() => crossedColumn(['a', 'b'], { hashBucketSize: 9, hashKey: -1 }), 'FEATURE_COLUMNS_INVALID', 'hashKey'],
    [
      () => weightedCategoricalColumn(bucketized as never, { weightFeatureKey: 'w' }),
      'FEATURE_COLUMNS_INVALID',
      'categoricalColumn',
    ],
    [() => weightedCategoricalColumn(tags, { weightFeatureKey: '' }), 'FEATURE_COLUMNS_INVALID', 'weightFeatureKey'],
    [() => indicatorColumn(age as never), 'FEATURE_COLUMNS_INVALID', 'categoricalColumn'],
    [() => embeddingColumn(tags, { dimension: 0 }), 'FEATURE_COLUMNS_INVALID', 'dimension'],
    [() => embeddingColumn(tags, { dimension: 2, combiner: 'max' as never }), 'FEATURE_COLUMNS_INVALID', 'combiner'],
    [() => embeddingColumn(tags, { dimension: 2, initializer: 1 as never }), 'FEATURE_COLUMNS_INVALID', 'initializer'],
    [() => embeddingColumn(tags, { dimension: 2, maxNorm: 0 }), 'FEATURE_COLUMNS_INVALID', 'maxNorm'],
    [() => sharedEmbeddings([], { dimension: 2 }), 'FEATURE_COLUMNS_INVALID', 'categoricalColumns'],
    [() => sharedEmbeddings([tags, hashed], { dimension: 2 }), 'FEATURE_COLUMNS_INVALID', 'same type'],
  ] as const)('%s', (make, code, text) => expect(make).toThrowCoded(code, [text]));
});

describe('features (line 80)', () => {
  const identity = indicatorColumn(categoricalColumnWithIdentity('code', { numBuckets: 13 }));
  const cases: readonly (readonly [string, readonly DenseColumn[], (features: Features) => Features, string])[] = [
    [
      'missing',
      [pair],
      (features) => Object.fromEntries(Object.entries(features).filter(([key]) => key !== 'pair')),
      'is not in features dictionary',
    ],
    ['of rank 0', [indicatorColumn(city)], (features) => ({ ...features, city: tensor('oslo') }), 'cannot have rank 0'],
    ['sparse numbers', [numericColumn('amount')], (features) => features, 'SparseTensor is not supported'],
    ['too wide', [numericColumn('pair')], (features) => features, '[batch,1]'],
    ['an id out of range', [identity], (features) => features, 'from 0 to 12, got 100'],
    ['floats as ids', [identity], (features) => ({ ...features, code: tensor([1, 2]) }), 'int32'],
    [
      'numbers as texts',
      [indicatorColumn(city)],
      (features) => ({ ...features, city: tensor([1], [1], 'int32') }),
      'dtype',
    ],
    [
      'weights of another number',
      [indicatorColumn(weighted)],
      (features) => ({ ...features, amount: sparse([[1], [1], [1], [1], [1], [1]], 'float32') }),
      'as many for each example',
    ],
    ['of another batch', [pair, age], (features) => ({ ...features, age: tensor([1]) }), 'must be same'],
    ['no map', [pair], () => tensor([1]) as never, 'dictionary'],
  ];
  it.each(cases)('%s are refused, and nothing is left behind', async (_, columns, change, text) => {
    const original = originalFeatures();
    const features = change(original);
    const store = new VariableStore(0);
    const before = memory().numTensors;
    const apply = async (): Promise<void> => {
      const prepared = await prepareFeatures(features, [{ prefix: '', columns }]);
      try {
        tidy(() => denseInput(columns, { store, variables: '', features: '' }).apply(prepared).dispose());
      } finally {
        dispose(Object.entries(prepared).flatMap(([key, one]) => (key in features ? [] : one)) as never);
      }
    };
    await expect(apply()).rejects.toThrow(text);
    await expect(apply()).rejects.toMatchObject({ code: 'FEATURES_INVALID' });
    expect(memory().numTensors).toBe(before);
    dispose({ ...original, ...features } as never);
  });
});

it('a linear model weighs dense columns and categories (lines 76, 80)', async () => {
  const features = originalFeatures();
  const store = new VariableStore(0);
  const columns = [pair, indicatorColumn(city), embeddingColumn(tags, { dimension: 2 }), bucketized];
  const prepared = await prepareFeatures(features, [{ prefix: '', columns }]);
  const model = linearModel(columns, { store, variables: 'linear/', features: '' }, { units: 2 });
  expect(store.all().map(({ name }) => name)).toEqual([
    'linear/age_bucketized/weights',
    'linear/city_indicator/weights',
    'linear/pair/weights',
    'linear/tags_embedding/weights',
    'linear/tags_embedding/embedding_weights',
    'linear/bias_weights',
  ]);
  const logits = tidy(() => model.apply(prepared));
  expect(Array.from(await logits.data())).toEqual(Array.from({ length: 12 }, () => 0));
  dispose([logits, ...Object.values({ ...features, ...prepared })] as never);
  store.dispose();
});
