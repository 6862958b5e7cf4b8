import { dispose, engine, getBackend, profile, tensor, valueAndGrad } from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import {
  type ElementLoss,
  fullLogPoisson,
  logPoisson,
  type LossForm,
  sigmoidCrossEntropy,
  squaredError,
  weightedLoss,
} from '../src/index.js';

async function kernelCalls(loss: ElementLoss, form: LossForm): Promise<string[]> {
  const inputs = { logits: tensor([[1], [2], [3]]), labels: tensor([[1], [0], [1]]), weights: tensor([[1], [2], [3]]) };
  const { logits, ...others } = inputs;
  const { kernels } = await profile(() => {
    const { value, grad } = valueAndGrad((x) => weightedLoss({ logits: x, ...others }, { loss, divisor: 3, form }))(
      logits,
    );
    dispose([value, grad]);
    return value;
  });
  dispose(inputs);
  return kernels.map(({ name }) => name);
}

describe('kernel calls for a weighted loss and its gradient', () => {
  it.each([
    ['the squared error', 8, squaredError],
    ['the Poisson loss', 9, logPoisson],
    ['the logistic loss', 8, sigmoidCrossEntropy],
    ['the full Poisson loss', 21, fullLogPoisson],
  ])('composed, for %s: at most %i', async (_, most, loss) => {
    const calls = await kernelCalls(loss, 'composed');
    expect(calls.length, calls.join(' ')).toBeLessThanOrEqual(most);
  });

  const hasHostKernel = ['cpu', 'wasm', 'tensorflow'].includes(getBackend());
  if (hasHostKernel)
    it('host kernel: 1', async () => {
      for (const loss of [sigmoidCrossEntropy, squaredError, fullLogPoisson]) {
        const calls = await kernelCalls(loss, 'host');
        expect(calls.length, calls.join(' ')).toBe(1);
      }
    });

  it('makes no tensor for a gradient that nobody asks for', () => {
    const logits = tensor([[1], [2], [3]]);
    const makeTensor = vi.spyOn(engine(), 'makeTensor');
    const { value, grad } = valueAndGrad((x) =>
      weightedLoss({ logits: x }, { loss: squaredError, divisor: 3, form: 'host' }),
    )(logits);
    const shapes = makeTensor.mock.calls.map(([, shape]) => shape);
    makeTensor.mockRestore();
    dispose([value, grad, logits]);
    if (hasHostKernel) expect(shapes).toEqual([[]]); // the gradient of the loss by itself
    else expect(shapes.filter((shape) => shape.length === 2)).toEqual([]);
  });
});
