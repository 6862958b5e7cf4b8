import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, inject, test } from 'vitest';
import { describeBackend, headWorkload } from '../src/index.js';
import { repairNodeGradients } from '../src/repairs/node-gradients.js';
import { registerToy } from './toy-backends.js';

const workload = headWorkload({
  head: {
    logitsDimension: 1,
    loss: (labels, logits) => tf.mean(tf.softplus(tf.sub(logits as tf.Tensor, labels as tf.Tensor))) as tf.Scalar,
  },
  batch: () => ({ inputs: tf.ones([3, 5]) as tf.Tensor2D, labels: tf.ones([3, 1]) }),
});

test('it says what the backend is', async () => {
  const description = await describeBackend();
  expect(description).toMatchObject({ name: inject('backend'), floatPrecision: 32, unit: 2 ** -24 });
  expect(description.versions['tfjs-core']).toBe('4.22.0');
  if (inject('backend') === 'tensorflow') {
    console.log(`TensorFlow ${description.versions['tensorflow']}, CUDA in use: ${description.cuda}`);
    expect(description.versions['tensorflow']).toMatch(/^2\./);
    expect(description.cuda).toBe(false);
  } else {
    expect(description.cuda).toBeUndefined();
  }
});

test('it names every missing kernel of a head', async () => {
  await repairNodeGradients();
  expect((await describeBackend(workload)).missingKernels).toEqual([]);
  registerToy('toy', { without: 'Softplus' });
  tf.unregisterKernel('Step', 'toy');
  await tf.setBackend('toy');
  const { missingKernels, name } = await describeBackend(workload);
  expect(missingKernels?.toSorted()).toEqual(['Softplus', 'Step']);
  expect(name).toBe('toy');
  expect(tf.getBackend()).toBe('toy');
});
