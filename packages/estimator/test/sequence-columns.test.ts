// Line 80 of the checklist: columns of sequences give what the original's give, on every backend.
import { dispose, memory, mul, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import {
  embeddingColumn,
  indicatorColumn,
  prepareFeatures,
  sequenceCategoricalColumnWithHashBucket,
  sequenceCategoricalColumnWithIdentity,
  sequenceCategoricalColumnWithVocabularyList,
  type SequenceColumn,
  sequenceInput,
  sequenceNumericColumn,
  VariableStore,
} from '../src/index.js';
import { fromTable, originalSequences } from './batch.js';
import golden from './original.json' with { type: 'json' };

const words = sequenceCategoricalColumnWithVocabularyList('words', { vocabularyList: ['oslo', 'rome', 'paris'] });
const wordsHash = sequenceCategoricalColumnWithHashBucket('words', { hashBucketSize: 5 });
const steps = sequenceCategoricalColumnWithIdentity('steps', { numBuckets: 4 });
const heat = sequenceNumericColumn('heat');
const moves = sequenceNumericColumn('moves', { shape: 2, normalizerFn: (x) => mul(x, 2) });
const of = { dimension: 2, initializer: fromTable };

const columns: Readonly<Record<keyof typeof golden.sequenceColumns, readonly SequenceColumn[]>> = {
  wordsIndicator: [indicatorColumn(words)],
  wordsEmbedding: [embeddingColumn(words, of)],
  wordsHash: [embeddingColumn(wordsHash, { ...of, dimension: 3, maxNorm: 1 })],
  steps: [indicatorColumn(steps)],
  heat: [heat],
  moves: [moves],
  sorted: [indicatorColumn(words), heat, embeddingColumn(wordsHash, of), moves],
};

it.each(Object.entries(columns))('%s (line 80)', async (name, list) => {
  const recorded = golden.sequenceColumns[name as keyof typeof columns];
  const features = originalSequences();
  const store = new VariableStore(0);
  const before = memory().numTensors;
  const prepared = await prepareFeatures(features, [{ prefix: '', columns: [], sequences: list }]);
  const input = sequenceInput(list, { store, variables: 'sequence_features/', features: '' });
  const { steps: output, mask } = tidy(() => input.apply(prepared));
  expect(list.map((column) => column.name)).toEqual(recorded.names);
  const time = recorded.output[0]?.length as number;
  expect(output.shape).toEqual([recorded.lengths.length, time, input.size]);
  const expected = recorded.output.flat(2);
  Array.from(await output.data()).forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 5));
  const isThere = Array.from(await mask.data());
  expect(recorded.lengths.map((_, row) => isThere.slice(row * time, (row + 1) * time).filter(Boolean).length)).toEqual(
    recorded.lengths,
  );
  output.dispose();
  dispose(Object.entries(prepared).flatMap(([key, one]) => (key in features ? [] : one)) as never);
  expect(memory().numTensors).toBe(before + input.trainableVariables.length);
  store.dispose();
  dispose(features as never);
});
