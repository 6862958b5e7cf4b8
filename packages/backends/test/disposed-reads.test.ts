import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { repairWebgpuDisposedReads } from '../src/repairs/webgpu-disposed-reads.js';

beforeAll(repairWebgpuDisposedReads);

afterEach(() => {
  tf.env().set('DEBUG', false);
  vi.restoreAllMocks();
});

const complex = (): tf.Tensor => tf.complex(tf.add(tf.tensor1d([1, 2]), 1), tf.add(tf.tensor1d([3, 4]), 1));

it.each<readonly [string, () => tf.Tensor, readonly number[]]>([
  ['float32', () => tf.add(tf.tensor1d([1, 2]), 1), [2, 3]],
  ['int32', () => tf.add(tf.tensor1d([1, 2], 'int32'), tf.scalar(1, 'int32')), [2, 3]],
  ['bool', () => tf.greater(tf.tensor1d([1, 2]), 1), [0, 1]],
  ...(tf.getKernel('Complex', tf.getBackend()) === undefined ? [] : [['complex64', complex, [2, 4, 3, 5]] as const]), // wasm has none
])('values that are being read arrive, though the tensor is disposed of: %s', async (_, make, expected) => {
  const tensor = tf.tidy(make);
  const reading = tensor.data();
  tensor.dispose();
  expect([...(await reading)]).toEqual(expected);
});

// An unhandled rejection fails the run.
it("tfjs' debug mode reads the results of a tidy in peace", async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  tf.env().set('DEBUG', true);
  const sum = tf.tidy(() => tf.sum(tf.square(tf.add(tf.tensor1d([1, 2]), 1))));
  expect([...(await sum.data())]).toEqual([13]);
  sum.dispose();
});
