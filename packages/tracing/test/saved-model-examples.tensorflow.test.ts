import * as tf from '@tensorflow/tfjs-core';
import { node } from '@tensorflow/tfjs-node';
import type { ExportOutput } from '@tfjs-heads/head-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encoderOf } from '../src/prediction/messages.js';
import { type CrossedInput, type ExampleParsing, exportSavedModel } from '../src/saved-model.js';
import { expectRefused } from './exports-support.js';
import { makeFolder } from './saved-model-support.js';

const encode = encoderOf({
  Example: { features: 'Features 1' },
  Features: { feature: '<Feature> 1' },
  Feature: { bytesList: 'BytesList 1', floatList: 'FloatList 2', int64List: 'Int64List 3' },
  BytesList: { value: '*bytes 1' },
  FloatList: { value: '*float 1' },
  Int64List: { value: '*int64 1' },
});

interface Row {
  readonly x?: number;
  readonly words: readonly string[];
}

function serialized({ x, words }: Row): Uint8Array {
  const bytes = words.map((word) => new TextEncoder().encode(word));
  const feature = {
    words: { bytesList: { value: bytes } },
    ...(x !== undefined && { x: { floatList: { value: [x] } } }),
  };
  return encode('Example', { features: { feature } });
}

const parseExample: ExampleParsing = {
  features: {
    x: { kind: 'fixedLen', shape: [1], dtype: 'float32', defaultValue: 7 },
    words: { kind: 'varLen', dtype: 'string' },
  },
  inputs: {
    ids: { feature: 'words', lookup: { kind: 'vocabulary', values: ['a', 'b'], defaultValue: 9, numOovBuckets: 0 } },
  },
};

const predict = ({ x, ids }: { x: tf.Tensor; ids: tf.Tensor }): Record<string, ExportOutput> => ({
  regression: { kind: 'regression', value: tf.add(x, tf.cast(tf.sum(ids, 1, true), 'float32')) },
});

let example: { x: tf.Tensor; ids: tf.Tensor };
let place: ReturnType<typeof makeFolder>;
beforeEach(() => {
  example = { x: tf.ones([3, 1]), ids: tf.ones([3, 2], 'int32') };
  place = makeFolder();
});
afterEach(() => {
  tf.dispose(example);
  place.remove();
});

it('takes serialised examples, with defaults for what they lack', async () => {
  const { signatures } = await exportSavedModel(place.folder, { predict, example: [example], parseExample });
  expect(signatures['regression']?.inputs).toEqual({ inputs: { shape: [-1], dtype: 'string' } });
  const model = await node.loadSavedModel(place.folder, ['serve'], 'regression');
  const rows: readonly Row[] = [
    { x: 1, words: ['b', 'b'] },
    { words: ['a'] },
    { x: 2, words: ['?', 'b'] },
    { x: 3, words: [] },
  ];
  const inputs = tf.tensor(rows.map(serialized) as never, [4], 'string');
  const { outputs } = model.predict({ inputs }) as { outputs: tf.Tensor };
  expect(Array.from(await outputs.data())).toEqual([3, 6, 12, 1]); // -1 where there is no word
  const three = tf.tensor([serialized({ words: ['a', 'a', 'a'] })] as never, [1], 'string');
  expect(() => model.predict({ inputs: three })).toThrow(/out of bounds/);
  tf.dispose([inputs, outputs, three]);
  model.dispose();
});

describe('line 80: crosses of features', () => {
  // What `crossed_column` of TensorFlow 2.15 made of the same rows.
  const rows = [
    { words: ['a', 'b'], codes: [7], x: [1, 5] },
    { words: ['c'], codes: [12, -3], x: [2, 2] },
    { words: ['a'], codes: [], x: [9, 0] },
    { words: [], codes: [5], x: [3, Number.NaN] },
  ];
  const features = {
    words: { kind: 'varLen', dtype: 'string' },
    codes: { kind: 'varLen', dtype: 'int32' },
    x: { kind: 'fixedLen', shape: [2], dtype: 'float32' },
  } as const;
  const words = { feature: 'words', lookup: undefined };
  const buckets = { feature: 'x', boundaries: [2, 4] };
  const known = { kind: 'vocabulary', values: ['b', 'c'], defaultValue: -1, numOovBuckets: 0 } as const;
  const bytesOf = ({ words: texts, codes, x }: (typeof rows)[number]): Uint8Array => {
    const value = texts.map((text) => new TextEncoder().encode(text));
    const feature = {
      words: { bytesList: { value } },
      codes: { int64List: { value: codes } },
      x: { floatList: { value: x } },
    };
    return encode('Example', { features: { feature } });
  };
  const cross = async (ids: CrossedInput): Promise<number[][]> => {
    const given = { ids: tf.ones([2, 4], 'int32') };
    const answer = ({ ids: made }: { ids: tf.Tensor }): Record<string, ExportOutput> => ({
      predict: { kind: 'predict', outputs: { ids: tf.cast(made, 'float32') } },
    });
    await exportSavedModel(place.folder, {
      predict: answer,
      example: [given],
      parseExample: { features, inputs: { ids } },
    });
    const model = await node.loadSavedModel(place.folder, ['serve'], 'predict');
    const examples = tf.tensor(rows.map(bytesOf) as never, [4], 'string');
    try {
      const { ids: found } = model.predict({ examples }) as { ids: tf.Tensor2D };
      const values = await found.array();
      found.dispose();
      return values.map((row) => row.filter((id) => id >= 0));
    } finally {
      model.dispose();
      tf.dispose([given, examples]);
    }
  };

  it.each<readonly [string, CrossedInput, number[][]]>([
    [
      'texts and buckets',
      { cross: [words, buckets], numBuckets: 1000, hashKey: 0xdecafcaffe },
      [[44, 463, 90, 673], [253, 322], [987, 486], []],
    ],
    [
      'texts and integers',
      { cross: [words, { feature: 'codes', lookup: undefined }], numBuckets: 1000, hashKey: 0xdecafcaffe },
      [[856, 976], [351, 772], [], []],
    ],
    [
      'texts and their ids, by a key',
      { cross: [words, { feature: 'words', lookup: known }], numBuckets: 1000, hashKey: 5 },
      [[801, 375, 368, 419], [812], [801], []],
    ],
    [
      'ids and ids',
      {
        cross: [
          { feature: 'codes', lookup: { kind: 'identity', numBuckets: 4, defaultValue: 3 } },
          { feature: 'words', lookup: known },
        ],
        numBuckets: 1000,
        hashKey: 0xdecafcaffe,
      },
      [[395, 840], [468, 468], [], []],
    ],
  ])('are the ids of the original: %s', async (_, ids, expected) => expect(await cross(ids)).toEqual(expected));

  it('refuse what is no id where no default takes its place', async () => {
    const identity = {
      feature: 'codes',
      lookup: { kind: 'identity', numBuckets: 4, defaultValue: undefined },
    } as const;
    const made = cross({ cross: [identity, words], numBuckets: 9, hashKey: 1 });
    await expect(made).rejects.toThrow(/codes must be ids from 0 to 3/);
  });

  it.each([
    [{ cross: [words, { feature: 'words', boundaries: [1] }], numBuckets: 9, hashKey: 1 }, 'float32 of one dimension'],
    [{ cross: [words, { feature: 'x', lookup: undefined }], numBuckets: 9, hashKey: 1 }, 'string or int32'],
  ])('refuse a feature of another kind: %j', async (ids, says) =>
    expectRefused(cross(ids), 'EXPORT_UNSUPPORTED', ["'ids'", says]),
  );
});

it('refuses what no feature gives, and a spec that is none', async () => {
  const write = (parsing: unknown): Promise<unknown> =>
    exportSavedModel(place.folder, { predict, example: [example], parseExample: parsing as ExampleParsing });
  await expectRefused(write({ ...parseExample, inputs: {} }), 'EXPORT_UNSUPPORTED', ["'ids'"]);
  const integers = { x: { kind: 'fixedLen', shape: [1], dtype: 'int32' }, words: { kind: 'varLen', dtype: 'string' } };
  await expectRefused(write({ ...parseExample, features: integers }), 'EXPORT_UNSUPPORTED', ["'x'", 'float32']);
  await expectRefused(write({ features: { x: 'float32' } }), 'INVALID_ARGUMENT', ['parseExample must']);
});
