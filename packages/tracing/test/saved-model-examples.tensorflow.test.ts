import * as tf from '@tensorflow/tfjs-core';
import { node } from '@tensorflow/tfjs-node';
import type { ExportOutput } from '@tfjs-heads/head-api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { encoderOf } from '../src/prediction/messages.js';
import { type ExampleParsing, exportSavedModel } from '../src/saved-model.js';
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

it('refuses what no feature gives, and a spec that is none', async () => {
  const write = (parsing: unknown): Promise<unknown> =>
    exportSavedModel(place.folder, { predict, example: [example], parseExample: parsing as ExampleParsing });
  await expectRefused(write({ ...parseExample, inputs: {} }), 'EXPORT_UNSUPPORTED', ["'ids'"]);
  const integers = { x: { kind: 'fixedLen', shape: [1], dtype: 'int32' }, words: { kind: 'varLen', dtype: 'string' } };
  await expectRefused(write({ ...parseExample, features: integers }), 'EXPORT_UNSUPPORTED', ["'x'", 'float32']);
  await expectRefused(write({ features: { x: 'float32' } }), 'INVALID_ARGUMENT', ['parseExample must']);
});
