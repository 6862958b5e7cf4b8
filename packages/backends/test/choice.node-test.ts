import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { headWorkload, startBackend, type StartResult, type Workload } from '../src/index.js';
import { squaredErrorHead } from './support.js';

function workload(rows: number, units: number): Workload {
  return headWorkload({
    head: squaredErrorHead,
    batch: () => ({
      inputs: tf.randomNormal([rows, 20], 0, 1, 'float32', 1) as tf.Tensor2D,
      labels: tf.zeros([rows, 1]),
    }),
    hiddenUnits: [units, units],
  });
}

function fastestOf({ candidates }: StartResult): string | undefined {
  return candidates
    .filter(({ milliseconds }) => milliseconds !== undefined)
    .toSorted((a, b) => (a.milliseconds as number) - (b.milliseconds as number))[0]?.name;
}

test('a small and a large workload get the backend that is fastest on each', async () => {
  const allow = ['tensorflow', 'wasm', 'cpu'];
  const small = await startBackend({ allow, workload: workload(32, 64) });
  console.log(`batch 32, 64 units\n${small}`);
  expect(small.name).toBe(fastestOf(small));
  expect(tf.getBackend()).toBe(small.name);
  const large = await startBackend({ allow: ['tensorflow', 'wasm'], workload: workload(4096, 512) });
  console.log(`batch 4096, 512 units\n${large}`);
  expect(large.name).toBe(fastestOf(large));
});

test('without a CUDA device tensorflow-gpu is unavailable, and nothing stands in for it', async () => {
  const error = await startBackend({ allow: ['tensorflow-gpu'] }).then(
    ({ candidates }) => ({ candidates }),
    (reason: unknown) => reason as { candidates: StartResult['candidates'] },
  );
  const [gpu] = error.candidates;
  console.log(`tensorflow-gpu: ${gpu?.status}, ${gpu?.reason ?? 'a CUDA device is in use'}`);
  const isInUse = gpu?.status === 'chosen';
  const saysWhyNot = gpu?.status === 'unavailable' && gpu.reason?.includes('CUDA');
  expect(isInUse || saysWhyNot).toBe(true);
});
