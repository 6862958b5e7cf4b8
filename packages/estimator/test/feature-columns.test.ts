// Line 80 of the checklist: feature columns give what the original's give, on every backend.
import { dispose, memory, mul, sub, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
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
  numericColumn,
  prepareFeatures,
  sharedEmbeddings,
  VariableStore,
} from '../src/index.js';
import { age, bucketized, city, crossed, fromTable, originalFeatures, pair, tags, weighted } from './batch.js';
import golden from './original.json' with { type: 'json' };

const floor = categoricalColumnWithIdentity('floor', { numBuckets: 4 });
const tagsHash = categoricalColumnWithHashBucket('tags', { hashBucketSize: 6 });
const of = { dimension: 2, initializer: fromTable };

const columns: Readonly<Record<keyof typeof golden.columns, readonly DenseColumn[]>> = {
  age: [age],
  pair: [pair],
  pairNormalized: [numericColumn('pair', { shape: 2, normalizerFn: (x) => mul(sub(x, 0.5), 2) })],
  bucketized: [bucketized],
  pairBucketized: [bucketizedColumn(pair, [0, 1])],
  cityIndicator: [indicatorColumn(city)],
  cityOov: [
    indicatorColumn(
      categoricalColumnWithVocabularyList('city', { vocabularyList: ['oslo', 'rome'], numOovBuckets: 3 }),
    ),
  ],
  cityDefault: [
    indicatorColumn(categoricalColumnWithVocabularyList('city', { vocabularyList: ['oslo', 'rome'], defaultValue: 1 })),
  ],
  codeVocabulary: [
    indicatorColumn(categoricalColumnWithVocabularyList('code', { vocabularyList: [7, 12], numOovBuckets: 2 })),
  ],
  floorIndicator: [indicatorColumn(floor)],
  codeIdentity: [indicatorColumn(categoricalColumnWithIdentity('code', { numBuckets: 13, defaultValue: 0 }))],
  cityHash: [indicatorColumn(categoricalColumnWithHashBucket('city', { hashBucketSize: 10 }))],
  codeHash: [indicatorColumn(categoricalColumnWithHashBucket('code', { hashBucketSize: 10, dtype: 'int32' }))],
  tagsIndicator: [indicatorColumn(tags)],
  tagsHash: [indicatorColumn(tagsHash)],
  weightedIndicator: [indicatorColumn(weighted)],
  crossed: [indicatorColumn(crossed)],
  crossedStrings: [indicatorColumn(crossedColumn(['tags', 'city'], { hashBucketSize: 9 }))],
  crossedThree: [indicatorColumn(crossedColumn(['city', tags, bucketized], { hashBucketSize: 12 }))],
  crossedIds: [indicatorColumn(crossedColumn([floor, 'code'], { hashBucketSize: 8 }))],
  crossedNested: [
    indicatorColumn(
      crossedColumn([crossedColumn(['city', 'tags'], { hashBucketSize: 50 }), 'code'], { hashBucketSize: 11 }),
    ),
  ],
  crossedKey: [indicatorColumn(crossedColumn(['city', 'code'], { hashBucketSize: 11, hashKey: 1_234_567_890_123 }))],
  embeddingMean: [embeddingColumn(tags, of)],
  embeddingSum: [embeddingColumn(tags, { ...of, combiner: 'sum' })],
  embeddingSqrtn: [embeddingColumn(tagsHash, { ...of, dimension: 3, combiner: 'sqrtn' })],
  embeddingMaxNorm: [embeddingColumn(tags, { ...of, maxNorm: 1 })],
  embeddingWeightedMean: [embeddingColumn(weighted, of)],
  embeddingWeightedSum: [embeddingColumn(weighted, { ...of, combiner: 'sum' })],
  embeddingWeightedSqrtn: [embeddingColumn(weighted, { ...of, combiner: 'sqrtn' })],
  shared: sharedEmbeddings([tags, city], of),
  sorted: [indicatorColumn(tags), pair, bucketized, embeddingColumn(city, of), age],
};

it.each(Object.entries(columns))('%s (line 80)', async (name, list) => {
  const recorded = golden.columns[name as keyof typeof columns];
  const features = originalFeatures();
  const store = new VariableStore(0);
  const before = memory().numTensors;
  const prepared = await prepareFeatures(features, [{ prefix: '', columns: list }]);
  const input = denseInput(list, { store, variables: 'input_layer/', features: '' });
  const output = tidy(() => input.apply(prepared));
  const expected = recorded.output.flat();
  expect(list.map((column) => ('name' in column ? column.name : column.key))).toEqual(recorded.names);
  expect(output.shape).toEqual([golden.features.age.length, input.size]);
  Array.from(await output.data()).forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 5));
  output.dispose();
  dispose(Object.entries(prepared).flatMap(([key, one]) => (key in features ? [] : one)) as never);
  expect(memory().numTensors).toBe(before + input.trainableVariables.length);
  store.dispose();
  dispose(features as never);
});
