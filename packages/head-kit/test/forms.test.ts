import { dispose, engine, getBackend, memory, tensor, valueAndGrad } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  type ElementLoss,
  fullLogPoisson,
  logPoisson,
  type LossForm,
  precomputed,
  sigmoidCrossEntropy,
  squaredError,
  weightedLoss,
} from '../src/index.js';
import { hostMemory } from '../src/host-memory.js';
import { uniform } from './random.js';
import { expectAllWithin, expectWithin } from './tolerance.js';

interface Inputs {
  readonly logits: Tensor;
  readonly labels?: Tensor;
  readonly weights?: Tensor;
}

async function run(
  loss: ElementLoss,
  inputs: Inputs,
  divisor: number,
  form?: LossForm,
): Promise<{ loss: number; gradient: Float32Array }> {
  const { logits, ...others } = inputs;
  const { value, grad } = valueAndGrad((x) =>
    weightedLoss({ logits: x, ...others }, { loss, divisor, ...(form && { form }) }),
  )(logits);
  const result = { loss: (await value.data())[0] as number, gradient: (await grad.data()) as Float32Array };
  dispose([value, grad]);
  return result;
}

/** The loss, its gradient and the sizes of what was summed, in doubles. */
function reference(
  loss: ElementLoss,
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  weights: ArrayLike<number>,
  divisor: number,
) {
  const out = { loss: 0, derivative: 0, curvature: 0 };
  const columns = logits.length / weights.length;
  let sum = 0;
  let size = 0;
  const gradient = Array.from(logits, (logit, index) => {
    loss.evaluate(logits, labels, index, out);
    const weight = weights[Math.floor(index / columns)] as number;
    sum += out.loss * weight;
    size += Math.max(Math.abs(out.loss), Math.abs(logit), 1) * Math.abs(weight);
    return (out.derivative * weight) / divisor;
  });
  return { loss: sum / divisor, scale: size / divisor, gradient };
}

const losses: readonly [ElementLoss, (count: number) => Float32Array][] = [
  [squaredError, (count) => uniform(count, -5, 5, 2)],
  [sigmoidCrossEntropy, (count) => uniform(count, 0, 1, 2)],
  [logPoisson, (count) => uniform(count, 0, 9, 2).map(Math.floor)],
  [fullLogPoisson, (count) => uniform(count, 0, 9, 2).map(Math.floor)],
];

describe.each(losses)('$name', (loss, labelsOf) => {
  describe.each(['host', 'composed', undefined] as const)('in the form %s', (form) => {
    it.each([
      ['1 by 1', 1, 1],
      ['2 by 1', 2, 1],
      ['33 by 1', 33, 1],
      ['33 by 3', 33, 3],
      ['257 by 2', 257, 2],
      ['5003 by 1', 5003, 1],
    ])('%s: equals its formula in doubles', async (_, rows, columns) => {
      const count = rows * columns;
      const x = uniform(count, -4, 4, 1);
      const z = labelsOf(count);
      for (const weightCount of [rows, count]) {
        const w = uniform(weightCount, 0, 2, 3);
        const inputs = {
          logits: tensor(x, [rows, columns]),
          labels: tensor(z, [rows, columns]),
          weights: tensor(w, [rows, weightCount / rows]),
        };
        const actual = await run(loss, inputs, count, form);
        const expected = reference(loss, x, z, w, count);
        expectWithin(actual.loss, expected.loss, 64, expected.scale);
        expectAllWithin(actual.gradient, expected.gradient, 64, (2 * Math.max(...w.map(Math.abs)) * 8) / count);
        dispose({ ...inputs });
      }
    });

    it('takes labels and weights of a rank less, and integer labels', async () => {
      const z = labelsOf(3).map(Math.round);
      const inputs = {
        logits: tensor([0.5, -1, 2], [3, 1]),
        labels: tensor(Array.from(z), [3], 'int32'),
        weights: tensor([1, 2, 0]),
      };
      const actual = await run(loss, inputs, 1, form);
      const expected = reference(loss, [0.5, -1, 2], z, [1, 2, 0], 1);
      expectWithin(actual.loss, expected.loss, 64, expected.scale);
      expectAllWithin(actual.gradient, expected.gradient, 64, 8);
      dispose({ ...inputs });
    });
  });
});

const FLOAT32_MAX = 3.4028234663852886e38;
const extremes = [
  0,
  1e-8,
  -1e-8,
  30,
  -30,
  80,
  -80,
  100,
  -100,
  1e4,
  -1e4,
  FLOAT32_MAX,
  -FLOAT32_MAX,
  Infinity,
  -Infinity,
  NaN,
];
// Elsewhere there is no second form to agree with; and GPU languages let a driver assume that NaN and
// infinities do not occur.
const hasHostForm = ['cpu', 'wasm'].includes(getBackend());
if (hasHostForm)
  describe('the two forms agree', () => {
    it.each(losses.map(([loss]) => [loss.name, loss] as const))(
      '%s, on NaN, infinities and the largest finite logits',
      async (_, loss) => {
        for (const label of [0, 1, 0.25]) {
          for (const logit of extremes) {
            const inputs = { logits: tensor([[logit]]), labels: tensor([[label]]), weights: tensor([[1]]) };
            const host = await run(loss, inputs, 1, 'host');
            const composed = await run(loss, inputs, 1, 'composed');
            const scale = Number.isFinite(logit) ? Math.max(1, Math.abs(logit)) : 1;
            expectWithin(composed.loss, host.loss, 64, scale);
            expectWithin(composed.gradient[0] as number, host.gradient[0] as number, 64, 1);
            dispose({ ...inputs });
          }
        }
      },
    );

    it('where a mean of large losses does not overflow although their sum would', async () => {
      const inputs = { logits: tensor([[3e38], [3e38], [3e38]]), labels: tensor([[0], [0], [0]]) };
      for (const form of ['host', 'composed'] as const) {
        expectWithin((await run(sigmoidCrossEntropy, inputs, 3, form)).loss, Math.fround(3e38), 16);
      }
      dispose(inputs);
    });

    it('and the loop is taken for small batches, the kernels for large ones where they are faster', () => {
      expect(hostMemory(engine().backend)?.kernelsWinFrom).toBe(getBackend() === 'wasm' ? 2048 : Infinity);
    });
  });

describe('losses that were given', () => {
  it.each(['host', 'composed'] as const)('are weighed and summed: %s', async (form) => {
    const before = memory().numTensors;
    const inputs = {
      logits: tensor([
        [1, 2],
        [3, 4],
      ]),
      weights: tensor([[1], [10]]),
    };
    const { loss, gradient } = await run(precomputed, inputs, 4, form);
    expectWithin(loss, 73 / 4, 4);
    expectAllWithin(gradient, [0.25, 0.25, 2.5, 2.5], 4);
    dispose(inputs);
    expect(memory().numTensors).toBe(before);
  });
});
