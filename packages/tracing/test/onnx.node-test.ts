import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as native from 'onnxruntime-node';
import * as web from 'onnxruntime-web';
import type { HeadErrorCode } from '@tfjs-heads/head-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportOnnx, toOnnx } from '../src/onnx.js';
import { expectCaseRefused, expectRefused, expectSameAsTfjs, type Got, kinds, type Loaded } from './exports-support.js';
import { draw } from './support.js';

const loaders = { 'onnxruntime-node': native, 'onnxruntime-web': web };

/** By the name of a case, the kernel that ONNX has no operator for. */
const refused: Readonly<Record<string, string>> = {
  atan2: 'Atan2',
  'cumsum, cumprod': 'Cumprod',
  'spaceToBatchND, batchToSpaceND': 'SpaceToBatchND',
};

it.each(Object.entries(kinds))('ONNX gives what tfjs gives, for batches of any size: of %s', (_, kind) =>
  expectSameAsTfjs(kind, refused, async (predict, example) => {
    const { bytes, fixedBatch } = await toOnnx({ predict, example });
    expect(fixedBatch).toBeUndefined();
    const loaded = Object.entries(loaders).map(async ([name, ort]): Promise<[string, Loaded]> => {
      const session = await ort.InferenceSession.create(bytes);
      const run = async (x: tf.Tensor): Promise<Got> => {
        const got = await session.run({ x: new ort.Tensor('float32', (await x.data()) as Float32Array, x.shape) });
        const entries = Object.entries(got);
        return Object.fromEntries(
          entries.map(([key, { dims, data, type }]) => [
            key,
            { shape: dims, values: data as ArrayLike<unknown>, dtype: type },
          ]),
        );
      };
      return [name, { run, close: () => session.release() }];
    });
    return Object.fromEntries(await Promise.all(loaded));
  }),
);

it.each(Object.entries(refused))('refuses %s by its name, %s', (name, kernel) =>
  expectCaseRefused(name, kernel, 'A model of ONNX', (predict, example) => toOnnx({ predict, example })),
);

describe('a file', () => {
  let parent = '';
  beforeEach(() => void (parent = mkdtempSync(join(tmpdir(), 'onnx-'))));
  afterEach(() => rmSync(parent, { recursive: true }));

  it('is written as a whole, and only over another where that is wanted', async () => {
    const [x, file] = [draw([2, 3], 1), join(parent, 'new', 'model.onnx')];
    const options = { predict: tf.neg<tf.Tensor>, example: [x] as [tf.Tensor] };
    expect(await exportOnnx(file, options)).toEqual({
      inputs: { input: { shape: [-1, 3], dtype: 'float32' } },
      outputs: { output: { shape: [-1, 3], dtype: 'float32' } },
      fixedBatch: undefined,
    });
    const before = readFileSync(file);
    await expectRefused(exportOnnx(file, options), 'EXPORT_EXISTS', ['file must not be there yet', file]);
    const atan2 = { predict: (y: tf.Tensor) => tf.atan2(y, 2), example: [x] as [tf.Tensor], overwrite: true };
    await expectRefused(exportOnnx(file, atan2), 'EXPORT_UNSUPPORTED', ['Atan2']);
    expect(readFileSync(file)).toEqual(before);
    await exportOnnx(file, { ...options, predict: tf.exp<tf.Tensor>, overwrite: true });
    expect(readFileSync(file)).not.toEqual(before);
    expect(readdirSync(join(parent, 'new'))).toEqual(['model.onnx']);
    x.dispose();
  });
});

it.each<[string, (x: tf.Tensor) => Promise<unknown>, HeadErrorCode, string[]]>([
  [
    'a path that is none',
    (x) => exportOnnx('', { predict: tf.neg, example: [x] }),
    'INVALID_ARGUMENT',
    ['file must', '""'],
  ],
  ['no prediction', (x) => toOnnx({ example: [x] } as never), 'INVALID_ARGUMENT', ['predict must', 'got undefined']],
  [
    'an unknown option',
    (x) => toOnnx({ predict: tf.neg, example: [x], overwrite: true } as never),
    'INVALID_ARGUMENT',
    ['overwrite'],
  ],
  [
    'another signature',
    (x) => toOnnx({ predict: tf.neg, example: [x], signature: 'regression' }),
    'EXPORT_UNSUPPORTED',
    ['serving_default', 'regression'],
  ],
  [
    'a signature that is none',
    (x) => toOnnx({ predict: tf.neg, example: [x], signature: 1 as unknown as string }),
    'INVALID_ARGUMENT',
    ['signature must', '1'],
  ],
  [
    'a name of two tensors',
    (x) => toOnnx({ predict: (y: tf.Tensor) => ({ input: tf.neg(y) }), example: [x] }),
    'EXPORT_UNSUPPORTED',
    ['input', 'twice'],
  ],
])('refuses %s', async (_, convert, code, fragments) => {
  const x = draw([2, 3], 1);
  const { numTensors } = tf.memory();
  await expectRefused(convert(x), code, fragments);
  expect(tf.memory().numTensors).toBe(numTensors);
  x.dispose();
});

it('takes the numbers that variables have now, integers and bools, and a batch of one size', async () => {
  const [v, x] = [
    tf.variable(tf.tensor1d([1, 2])),
    tf.tensor2d(
      [
        [3, 4],
        [5, 6],
      ],
      [2, 2],
      'int32',
    ),
  ];
  const isReal = tf.tensor2d(
    [
      [1, 0],
      [0, 1],
    ],
    [2, 2],
    'bool',
  );
  const predict = (given: { x: tf.Tensor; isReal: tf.Tensor }) => ({
    sum: tf.where(given.isReal, tf.add(given.x, v), -1),
    no: tf.logicalNot(given.isReal),
    withoutFirst: tf.slice(given.x, [1, 0]),
  });
  const { bytes, fixedBatch } = await toOnnx({ predict, example: [{ x, isReal }] });
  expect(fixedBatch).toContain('Slice');
  const session = await native.InferenceSession.create(bytes);
  const got = await session.run({
    x: new native.Tensor('int32', [3, 4, 5, 6], [2, 2]),
    isReal: new native.Tensor('bool', [true, false, false, true], [2, 2]),
  });
  const dataOf = (name: string) => Array.from(got[name]?.data as ArrayLike<number>);
  expect([dataOf('sum'), dataOf('no'), dataOf('withoutFirst')]).toEqual([
    [4, -1, -1, 8],
    [0, 1, 1, 0],
    [5, 6],
  ]);
  await session.release();
  tf.dispose([v, x, isReal]);
});
