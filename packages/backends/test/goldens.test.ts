import * as tf from '@tensorflow/tfjs-core';
import { expect, inject, test } from 'vitest';
import { goldens, selfTest, startBackend } from '../src/index.js';

test('the backend passes once it has been repaired', async () => {
  const name = inject('backend');
  const { candidates } = await startBackend({ prefer: [name], allow: [name] });
  const result = candidates[0]?.selfTest;
  expect(result?.passed).toBe(true);
  expect(result?.results.map(({ golden }) => golden)).toEqual(goldens.map(({ name: golden }) => golden));
  console.log(name, result?.results.map(({ golden, used }) => `${golden} ${used.toFixed(3)}`).join(', '));
});

test('it says how much of the tolerance was used', async () => {
  const { worst } = await selfTest();
  expect(worst.used).toBeGreaterThan(0);
  expect(worst.used).toBeLessThanOrEqual(1);
});

test('the self-test leaves nothing behind', async () => {
  await selfTest();
  const before = tf.memory();
  await selfTest();
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
});
