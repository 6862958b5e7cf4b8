// Line 80 of the checklist: what is in a file of a vocabulary, as `tf.feature_column` 2.15 takes it, was looked up there.
import { dispose, memory, tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import {
  categoricalColumnWithVocabularyFile,
  categoricalColumnWithVocabularyList,
  prepareFeatures,
  sequenceCategoricalColumnWithVocabularyFile,
  type VocabularyFileOptions,
  type VocabularyListColumn,
} from '../src/index.js';

const TOWNS = 'oslo\r\nrome\n\nparis';

function column(
  text: string | Uint8Array,
  options: Partial<VocabularyFileOptions> = {},
): Promise<VocabularyListColumn> {
  const vocabularyFile = new File([text as string], 'towns.txt');
  return categoricalColumnWithVocabularyFile('k', { vocabularyFile, ...options });
}

async function idsOf(one: VocabularyListColumn, values: readonly (string | number)[]): Promise<number[]> {
  const features = { k: tensor(values as string[], [values.length], one.dtype) };
  const prepared = await prepareFeatures(features, [{ prefix: '', columns: [one] }]);
  const ids = Array.from(await (prepared['k/ids'] as typeof features.k).data<'int32'>());
  dispose([features, prepared] as never);
  return ids;
}

async function failureOf(run: Promise<unknown>): Promise<() => void> {
  const [{ reason }] = (await Promise.allSettled([run])) as [PromiseRejectedResult];
  return () => {
    throw reason;
  };
}

it.each([
  [TOWNS, { vocabularySize: 2 }, ['oslo', 'rome', 'paris', 'zz'], 2, [0, 1, -1, -1]],
  [TOWNS, { vocabularySize: 2, numOovBuckets: 3 }, ['oslo', 'rome', 'paris', 'zz'], 5, [0, 1, 2, 3]],
  ['a\nb\na\n', { vocabularySize: 2, defaultValue: 1 }, ['a', 'b', 'c'], 2, [0, 1, 1]],
  ['7\n12\n-3\n', { dtype: 'int32' }, [7, 12, -3, 5], 3, [0, 1, 2, -1]],
  ['7\n12\n-3\n', { dtype: 'int32', numOovBuckets: 2 }, [7, 12, -3, 5], 5, [0, 1, 2, 4]],
  ['\u{FEFF}münchen\nrome', {}, ['münchen', 'rome'], 2, [0, 1]],
] as const)('the file %j with %j (line 80)', async (text, options, values, numBuckets, ids) => {
  const before = memory().numTensors;
  const one = await column(text, options);
  expect(one.numBuckets).toBe(numBuckets);
  expect(await idsOf(one, values)).toEqual(ids);
  expect(memory().numTensors).toBe(before);
});

it('is the column of the list of its lines (line 80)', async () => {
  const vocabularyList = Array.from({ length: 100_000 }, (_, i) => `väl${i}`);
  const options = { numOovBuckets: 4 };
  const expected = categoricalColumnWithVocabularyList('k', { vocabularyList, ...options });
  const vocabularyFile = new File([vocabularyList.join('\n')], 'values');
  expect(await column(vocabularyList.join('\n'), options)).toEqual(expected);
  const sequence = await sequenceCategoricalColumnWithVocabularyFile('k', { vocabularyFile, ...options });
  expect(sequence.categoricalColumn).toEqual(expected);
});

it.each([
  [TOWNS, {}, 'INPUT_INVALID', ['towns.txt', 'line 3', 'an empty line']],
  ['a\nb\na\n', {}, 'INPUT_INVALID', ['line 3', "got 'a' again"]],
  ['a\nb', { vocabularySize: 7 }, 'INPUT_INVALID', ['7 lines', 'got 2']],
  ['', {}, 'INPUT_INVALID', ['got 0']],
  ['7\nx', { dtype: 'int32' }, 'INPUT_INVALID', ['line 2', 'x']],
  ['7\n3000000000', { dtype: 'int32' }, 'INPUT_INVALID', ['line 2', '3000000000']],
  [new Uint8Array([97, 10, 255]), {}, 'INPUT_INVALID', ['UTF-8']],
  ['a'.repeat(70_000), {}, 'INPUT_INVALID', ['characters at most']],
  ['a', { vocabularySize: 0 }, 'FEATURE_COLUMNS_INVALID', ['vocabularySize']],
  ['a', { dtype: 'float32' as never }, 'FEATURE_COLUMNS_INVALID', ['dtype']],
  ['a', { defaultValue: 1 }, 'FEATURE_COLUMNS_INVALID', ['defaultValue', 'below 1']],
  ['a', { defaultValue: 0, numOovBuckets: 1 }, 'FEATURE_COLUMNS_INVALID', ["Can't specify both"]],
  ['a', { vocabularyFile: 7 as never }, 'FEATURE_COLUMNS_INVALID', ['vocabularyFile']],
  ['a', { vocabularyFile: 'words.tfrecord.gz' }, 'FEATURE_COLUMNS_INVALID', ['a file of text']],
  ['a', { vocabulary: 'a' } as never, 'INVALID_ARGUMENT', ["'vocabulary"]],
] as const)('the file %j with %j is refused (line 80)', async (text, options, code, says) => {
  expect(await failureOf(column(text, options))).toThrowCoded(code, says);
});
