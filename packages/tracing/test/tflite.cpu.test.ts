import * as litert from '@litertjs/core';
import * as tf from '@tensorflow/tfjs-core';
import type { HeadErrorCode } from '@tfjs-heads/head-api';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportTflite, toTflite } from '../src/tflite.js';
import {
  expectCaseRefused,
  expectRefused,
  expectSameAsTfjs,
  type Got,
  kinds,
  type Predict,
} from './exports-support.js';
import { draw } from './support.js';

/** By the name of a case, the kernel that TFLite has no operator for. */
const refused: Readonly<Record<string, string>> = { erf: 'Erf', 'cumsum, cumprod': 'Cumprod', einsum: 'Einsum' };

const isPage = typeof document !== 'undefined';

// Python has the same for batches of any size, in the tests of tools.
describe.skipIf(!isPage)('LiteRT of the web (skipped: it runs in pages alone)', () => {
  beforeAll(() => litert.loadLiteRt('/node_modules/@litertjs/core/wasm/'));

  it.each(Object.entries(kinds))('gives what tfjs gives: of %s', (_, kind) =>
    expectSameAsTfjs(
      withoutBools(kind),
      refused,
      async (predict, example) => {
        // It does not resize what a model takes.
        const bySize = new Map<number, litert.CompiledModel>();
        for (const batchSize of [3, 1]) bySize.set(batchSize, await compiled(predict, example, batchSize));
        const run = async (x: tf.Tensor): Promise<Got> => {
          const input = new litert.Tensor((await x.data()) as Float32Array, [...x.shape]);
          const outputs = (await bySize.get(x.shape[0] as number)?.run({ x: input })) as Record<string, litert.Tensor>;
          input.delete();
          const entries = Object.entries(outputs).map(async ([name, tensor]): Promise<[string, Got[string]]> => {
            const { layout, dtype } = tensor.type;
            const values = Array.from(await tensor.data());
            tensor.delete();
            return [name, { shape: Array.from(layout.dimensions), values, dtype }];
          });
          return Object.fromEntries(await Promise.all(entries));
        };
        return { LiteRT: { run, close: () => bySize.forEach((model) => model.delete()) } };
      },
      [3, 1],
    ),
  );
});

/** LiteRT of the web takes and gives no bools. */
function withoutBools({ cases, shape }: (typeof kinds)['rows']): (typeof kinds)['rows'] {
  const asNumbers = (y: tf.Tensor): tf.Tensor => (y.dtype === 'bool' ? tf.cast(y, 'int32') : y);
  const entries = Object.entries(cases).map(([name, one]) => [name, (x: never) => asNumbers(one(x))] as const);
  return { cases: Object.fromEntries(entries), shape };
}

async function compiled(
  predict: Predict,
  example: [{ x: tf.Tensor }],
  batchSize: number,
): Promise<litert.CompiledModel> {
  const { bytes, fixedBatch } = await toTflite({ predict, example, batchSize });
  expect(fixedBatch).toBeUndefined();
  return litert.loadAndCompile(bytes, { accelerator: 'wasm' });
}

it.each(Object.entries(refused))('refuses %s by its name, %s', (name, kernel) =>
  expectCaseRefused(name, kernel, 'A model of TFLite', (predict, example) => toTflite({ predict, example })),
);

it.each<[string, (x: tf.Tensor) => Promise<unknown>, HeadErrorCode, string[]]>([
  ['no path', (x) => exportTflite('', { predict: tf.neg, example: [x] }), 'INVALID_ARGUMENT', ['file must', '""']],
  [
    'a size of batch that is none',
    (x) => toTflite({ predict: tf.neg, example: [x], batchSize: 0 }),
    'INVALID_ARGUMENT',
    ['batchSize must', '0'],
  ],
  [
    'strings alone',
    (x) => toTflite({ predict: (y: tf.Tensor) => ({ names: names(y) }), example: [x] }),
    'EXPORT_UNSUPPORTED',
    ['strings', 'names'],
  ],
])('refuses %s', async (_, convert, code, fragments) => {
  const x = tf.ones([2, 1]);
  await expectRefused(convert(x), code, fragments);
  x.dispose();
});

it('says what it takes and gives, with names for what is left out', async () => {
  const x = draw([2, 3], 1);
  const predict = (given: tf.Tensor) => ({ sum: tf.sum(given, 1), names: names(given) });
  const { bytes, ...spec } = await toTflite({ predict, example: [x] });
  expect(new TextDecoder().decode(bytes.subarray(4, 8))).toBe('TFL3');
  expect(spec).toEqual({
    signature: 'serving_default',
    inputs: { input: { shape: [-1, 3], dtype: 'float32' } },
    outputs: { sum: { shape: [-1], dtype: 'float32' } },
    strings: { names: ['a', 'b'] },
    fixedBatch: undefined,
  });
  const { inputs } = await toTflite({ predict, example: [x], batchSize: 5 });
  expect(inputs['input']?.shape).toEqual([5, 3]);
  x.dispose();
});

/** Class names as heads have them. */
function names(x: tf.Tensor): unknown {
  return {
    dtype: 'string',
    shape: x.shape,
    data: async () => [],
    lookup: () => ({ ids: tf.cast(x, 'int32'), table: ['a', 'b'] }),
  };
}
