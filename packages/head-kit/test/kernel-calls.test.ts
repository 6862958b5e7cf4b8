import { dispose, getBackend, profile, tensor, valueAndGrad } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { sigmoidCrossEntropy, squaredError, weightedLoss } from '../src/index.js';
import type { ElementLoss, LossForm } from '../src/index.js';

async function kernelCalls(loss: ElementLoss, form: LossForm): Promise<string[]> {
  const inputs = { logits: tensor([[1], [2], [3]]), labels: tensor([[1], [0], [1]]), weights: tensor([[1], [2], [3]]) };
  const { logits, ...others } = inputs;
  const { kernels } = await profile(() => {
    const { value, grad } = valueAndGrad((x) => weightedLoss({ logits: x, ...others }, { loss, divisor: 3, form }))(logits);
    dispose([value, grad]);
    return value;
  });
  dispose(inputs);
  return kernels.map(({ name }) => name);
}

describe('kernel calls for a weighted loss and its gradient', () => {
  it('composed: at most 14 for the logistic loss, 12 for the squared error', async () => {
    const logistic = await kernelCalls(sigmoidCrossEntropy, 'composed');
    const squared = await kernelCalls(squaredError, 'composed');
    expect(logistic.length, logistic.join(' ')).toBeLessThanOrEqual(14);
    expect(squared.length, squared.join(' ')).toBeLessThanOrEqual(12);
  });

  const hasHostKernel = ['cpu', 'wasm'].includes(getBackend());
  if (hasHostKernel) it('host kernel: at most 3', async () => {
    for (const loss of [sigmoidCrossEntropy, squaredError]) {
      const calls = await kernelCalls(loss, 'host');
      expect(calls.length, calls.join(' ')).toBeLessThanOrEqual(3);
    }
  });
});
