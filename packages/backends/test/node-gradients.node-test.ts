import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { repairNodeGradients } from '../src/repairs/node-gradients.js';
import { readValues } from './support.js';

test('gradients under plain Node', async () => {
  const slope = (): Promise<number[]> => readValues(() => tf.grad((x) => tf.sum(tf.abs(x)))(tf.tensor1d([1, -2])));
  await expect(slope()).rejects.toThrow('gradient function not found');
  expect(await repairNodeGradients()).toMatchObject({ outcome: 'applied' });
  expect(await slope()).toEqual([1, -1]);
});
