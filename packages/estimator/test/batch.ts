import { tensor } from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Features, SparseTensor } from '@tfjs-heads/head-api';
import {
  bucketizedColumn,
  categoricalColumnWithVocabularyList,
  crossedColumn,
  type Initializer,
  numericColumn,
  weightedCategoricalColumn,
} from '../src/index.js';
import golden from './original.json' with { type: 'json' };

/** A sparse feature of the values of each row. */
export function sparse(
  rows: readonly (readonly (string | number)[])[],
  dtype: 'string' | 'float32' | 'int32',
): SparseTensor {
  const indices = rows.flatMap((row, i) => row.map((_, j) => [i, j]));
  return {
    indices: tensor(indices, [indices.length, 2], 'int32') as Tensor2D,
    values: tensor(rows.flat() as string[], [indices.length], dtype) as Tensor1D,
    denseShape: [rows.length, Math.max(...rows.map((row) => row.length))],
  };
}

/** The batch of which the original was recorded. */
export function originalFeatures(): Features {
  const { age, pair, city, floor, code, tags, amount, weight } = golden.features;
  return {
    age: tensor(age),
    pair: tensor(pair),
    city: tensor(city),
    floor: tensor(floor, undefined, 'int32'),
    code: tensor(code, undefined, 'int32'),
    tags: sparse(tags, 'string'),
    amount: sparse(amount, 'float32'),
    weight: tensor(weight),
  };
}

/** The batch of sequences of which the original was recorded. */
export function originalSequences(): Features {
  const { words, heat, moves, steps } = golden.sequences;
  const { pair, city, weight } = golden.features;
  return {
    words: sparse(words, 'string'),
    heat: sparse(heat, 'float32'),
    moves: sparse(moves, 'float32'),
    steps: tensor(steps, undefined, 'int32'),
    pair: tensor(pair),
    city: tensor(city),
    weight: tensor(weight),
  };
}

/** What the tables of the original were made to begin with. */
export const fromTable: Initializer = (shape) =>
  tensor(
    Array.from({ length: shape[0] as number }, (_, i) =>
      Array.from({ length: shape[1] as number }, (__, j) => ((3 * i + 5 * j) % 11) / 4 - 1),
    ),
  );

export const age = numericColumn('age');
export const pair = numericColumn('pair', { shape: 2 });
export const bucketized = bucketizedColumn(age, [20, 35, 60]);
export const city = categoricalColumnWithVocabularyList('city', { vocabularyList: ['oslo', 'rome', 'paris'] });
export const tags = categoricalColumnWithVocabularyList('tags', { vocabularyList: ['red', 'blue', 'green'] });
export const weighted = weightedCategoricalColumn(tags, { weightFeatureKey: 'amount' });
export const crossed = crossedColumn([bucketized, 'city'], { hashBucketSize: 9 });
