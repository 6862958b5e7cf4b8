// A repair before there is a backend that it could cure.
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { ofTfjs } from '../src/candidates/of-tfjs.js';

it('registers no kernel where no backend has been started', async () => {
  expect(tf.getBackend()).toBeUndefined();
  for (const repair of ofTfjs) await repair();
  // What is registered for nobody has its name by that word.
  expect(tf.getKernelsForBackend('undefined').map(({ kernelName }) => kernelName)).toEqual([]);
});
