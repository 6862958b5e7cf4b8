import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { dispose, setBackend, tensor, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { sigmoidCrossEntropy, weightedLoss } from '../src/index.js';
import { uniform } from './random.js';
import { expectWithin } from './tolerance.js';

it('tensors that another backend holds are brought over, although that moves the memory of wasm', async () => {
  // Large enough that bringing the labels over makes the heap grow under the view of the logits.
  const rows = 6_000_000;
  const x = uniform(rows, -4, 4, 1);
  await setBackend('cpu');
  const inputs = { logits: tensor(x, [rows, 1]), labels: tensor(new Float32Array(rows).fill(1), [rows, 1]) };
  const read = async (): Promise<number> => {
    const loss = tidy(() => weightedLoss(inputs, { loss: sigmoidCrossEntropy, divisor: rows, form: 'host' }));
    const [value] = await loss.data();
    loss.dispose();
    return value as number;
  };
  const onCpu = await read();
  await setBackend('wasm');
  expectWithin(await read(), onCpu, 1);
  expect(onCpu).toBeGreaterThan(0.5);
  dispose(inputs);
});
