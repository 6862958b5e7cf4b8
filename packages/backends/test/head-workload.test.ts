// The user's tensors are the user's; what batch() makes for a step goes with the step.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterEach, expect, test } from 'vitest';
import { headWorkload, startBackend, type HeadWorkloadBatch, type StartResult } from '../src/index.js';
import { squaredErrorHead } from './support.js';
import { useToys } from './use-toys.js';

const toy = useToys();
let owned: tf.Tensor[] = [];
afterEach(() => {
  tf.dispose(owned);
  owned = [];
});

const inputs = (): tf.Tensor => tf.randomNormal([32, 5], 0, 1, 'float32', 1);
const make = (): HeadWorkloadBatch => ({
  inputs: inputs(),
  labels: tf.ones([32, 1]),
  features: { weight: tf.ones([32]) },
});

function listTensors({ inputs: x, labels, features }: HeadWorkloadBatch): tf.Tensor[] {
  return [x, labels as tf.Tensor, ...(Object.values(features ?? {}) as tf.Tensor[])];
}

function own(batch: HeadWorkloadBatch): HeadWorkloadBatch {
  owned.push(...listTensors(batch));
  return batch;
}

async function start(batch: () => HeadWorkloadBatch): Promise<StartResult> {
  return startBackend({
    allow: [toy('a'), toy('b'), toy('c')],
    workload: headWorkload({ head: squaredErrorHead, batch }),
  });
}

function expectThreeMeasured({ candidates }: StartResult): void {
  expect(candidates.filter(({ milliseconds }) => milliseconds !== undefined)).toHaveLength(3);
}

async function expectReadable(batch: HeadWorkloadBatch): Promise<void> {
  const [x, ...rest] = listTensors(batch);
  const expected = inputs();
  expect(Array.from(await (x as tf.Tensor).data())).toEqual(Array.from(await expected.data()));
  for (const tensor of rest) expect(new Set(await tensor.data())).toEqual(new Set([1]));
  expected.dispose();
}

test('tensors that the program had before work on every candidate and survive', async () => {
  const batch = own(make());
  const before = tf.memory().numTensors;
  expectThreeMeasured(await start(() => batch));
  expect(tf.memory().numTensors).toBe(before);
  await expectReadable(batch);
});

test('tensors that it makes at the first call and keeps survive, too', async () => {
  let batch: HeadWorkloadBatch | undefined;
  expectThreeMeasured(await start(() => (batch ??= own(make()))));
  await expectReadable(batch as HeadWorkloadBatch);
});

test('tensors that it keeps for each backend survive, too', async () => {
  const batches: Record<string, HeadWorkloadBatch> = {};
  expectThreeMeasured(await start(() => (batches[tf.getBackend()] ??= own(make()))));
  for (const batch of Object.values(batches)) await expectReadable(batch);
});

test('tensors that each call makes are gone', async () => {
  const before = tf.memory().numTensors;
  expectThreeMeasured(await start(make));
  expect(tf.memory().numTensors).toBe(before);
});

test('of a batch of both, the ones are kept and the others gone', async () => {
  const batch = own(make());
  const before = tf.memory().numTensors;
  expectThreeMeasured(await start(() => ({ ...batch, labels: tf.ones([32, 1]) })));
  expect(tf.memory().numTensors).toBe(before);
  await expectReadable(batch);
});

test('variables, and what batch() reads from while it makes a slice, are the program’s', async () => {
  const labels = tf.tidy(() => tf.variable(tf.ones([32, 1])));
  const all = tf.tidy(() => tf.concat([inputs(), inputs()]));
  owned.push(labels, all);
  const before = tf.memory().numTensors;
  expectThreeMeasured(
    await start(() => ({ inputs: tf.slice(all, [0, 0], [32, 5]), labels, features: { weight: tf.ones([32]) } })),
  );
  expect(tf.memory().numTensors).toBe(before);
  expect((await all.data()).length).toBe(320);
  expect(new Set(await labels.data())).toEqual(new Set([1]));
});

test('a head that refuses the batch is a reason, and leaves nothing behind', async () => {
  const batch = own(make());
  const before = tf.memory().numTensors;
  const error = (await start(() => ({ inputs: batch.inputs, labels: tf.ones([32, 2]) })).catch(
    (reason: unknown) => reason,
  )) as Error;
  expect(error.message).toMatch(/a: .*labels.*\[32, ?2\]/);
  expect(tf.memory().numTensors).toBe(before);
  await expectReadable({ ...batch });
});
