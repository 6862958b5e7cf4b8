import * as tf from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { repairWebgpuDisposedReads } from '../src/repairs/webgpu-disposed-reads.js';
import { repairWebgpuIntegerCasts } from '../src/repairs/webgpu-integer-casts.js';
import { repairWebgpuReversedSums } from '../src/repairs/webgpu-reversed-sums.js';
import { demonstrate } from './demonstrate.js';

test('a tensor that is disposed of while it is read has no values', async () => {
  const failures = async (): Promise<number> => {
    const sum = tf.tidy(() => tf.add(tf.tensor1d([1, 2]), 1));
    const reading = sum.data();
    sum.dispose();
    return reading.then(
      () => 0,
      () => 1,
    );
  };
  await demonstrate(repairWebgpuDisposedReads, failures, { broken: 0.5, cured: 0 });
});

test('integers that are cast to float32 stay integers, which a sum over the first axes does not take', async () => {
  const error = async (): Promise<number> => {
    const sums = tf.tidy(() =>
      tf.sum(
        tf.cast(
          tf.oneHot(
            tf.tensor2d(
              [
                [0, 1],
                [2, 0],
              ],
              [2, 2],
              'int32',
            ),
            3,
          ),
          'float32',
        ),
        1,
      ),
    );
    const values = await sums.data();
    sums.dispose();
    return Math.max(...[1, 1, 0, 1, 0, 1].map((value, i) => Math.abs(value - (values[i] as number))));
  };
  await demonstrate(repairWebgpuIntegerCasts, error, { broken: 0.5, cured: 0 });
});

test('the second length of what is added up from its end is added up as the first one', async () => {
  const error = async (): Promise<number> => {
    const sums = [4, 7].map((size) => tf.tidy(() => tf.cumsum(tf.ones([size]), 0, false, true)));
    const [, values] = await Promise.all(sums.map((sum) => sum.data()));
    tf.dispose(sums);
    return Math.abs((values?.[0] ?? 0) - 7);
  };
  await demonstrate(repairWebgpuReversedSums, error, { broken: 0.5, cured: 0 });
});
