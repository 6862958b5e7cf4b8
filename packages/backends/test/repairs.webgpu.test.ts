import * as tf from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { repairWebgpuDisposedReads } from '../src/repairs/webgpu-disposed-reads.js';
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
