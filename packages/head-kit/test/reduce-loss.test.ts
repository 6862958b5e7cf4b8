import { dispose, fill, grad, memory, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { Reduction } from '@tfjs-heads/head-api';
import { describe, expect, it } from 'vitest';
import { reduceLoss } from '../src/index.js';
import { expectAllWithin, expectWithin } from './tolerance.js';

async function read(make: () => Tensor): Promise<number[]> {
  const result = tidy(make);
  const values = Array.from(await result.data());
  result.dispose();
  return values;
}

describe('lines 9 and 10: reductions', () => {
  const losses = tensor([
    [1, 2],
    [3, 4],
    [5, 7],
  ]);
  const perRow = tensor([[1], [0], [10]]);
  const perLoss = tensor([
    [1, 0],
    [0, 2],
    [0, 3],
  ]);
  it.each([
    ['sum', Reduction.SUM, undefined, 22],
    ['sum, weights for each row', Reduction.SUM, perRow, 123],
    ['sum, weights for each loss', Reduction.SUM, perLoss, 30],
    ['sum over batch size: by the number of losses', Reduction.SUM_OVER_BATCH_SIZE, undefined, 22 / 6],
    ['sum over batch size: never by the sum of the weights', Reduction.SUM_OVER_BATCH_SIZE, perRow, 123 / 6],
    ['auto is the same', Reduction.AUTO, perLoss, 30 / 6],
  ])('%s', async (_, reduction, weights, expected) => {
    const [value] = await read(() => reduceLoss(losses, weights, reduction));
    expectWithin(value as number, expected, 8);
  });

  it('weights of zero give 0, and a gradient of 0', async () => {
    const zero = tensor([[0], [0], [0]]);
    for (const reduction of [Reduction.SUM, Reduction.AUTO]) {
      expect(await read(() => reduceLoss(losses, zero, reduction))).toEqual([0]);
      expect(await read(() => grad((l) => reduceLoss(l, zero, reduction))(losses))).toEqual([0, 0, 0, 0, 0, 0]);
    }
    zero.dispose();
  });

  it('is differentiable without registered gradients', async () => {
    expectAllWithin(
      await read(() => grad((l) => reduceLoss(l, perRow, Reduction.AUTO))(losses)),
      [1, 1, 0, 0, 10, 10].map((w) => w / 6),
      8,
    );
  });

  it.each([2048, 2053, 10_007, 65_537, 100_000])('adds %d equal losses without drift', async (count) => {
    const equal = fill([count], 0.1);
    const [value] = await read(() => reduceLoss(equal, undefined, Reduction.SUM_OVER_BATCH_SIZE));
    expectWithin(value as number, Math.fround(0.1), 64);
    equal.dispose();
  });

  it('reduces integers in float32', async () => {
    const integers = tensor([[1, 2]], [1, 2], 'int32');
    expect(await read(() => reduceLoss(integers, undefined, Reduction.AUTO))).toEqual([1.5]);
    integers.dispose();
  });

  it('never broadcasts weights over anything but a row', () => {
    const before = memory().numTensors;
    const line = tensor([1, 2, 3]);
    for (const [bad, shapes] of [
      [tensor([[1], [2], [3]]), ['[3,1]', '[3]']],
      [tensor([[1]]), ['[1,1]']],
    ] as const) {
      expect(() => reduceLoss(line, bad, Reduction.SUM)).toThrow(
        expect.objectContaining({ code: 'WEIGHTS_SHAPE', message: expect.stringContaining(shapes[0]) }),
      );
      bad.dispose();
    }
    const wide = tensor([[1, 2, 3]]);
    expect(() => reduceLoss(losses, wide, Reduction.SUM)).toThrow(expect.objectContaining({ code: 'WEIGHTS_SHAPE' }));
    expect(() => reduceLoss(losses, undefined, 'none')).toThrow(
      expect.objectContaining({ code: 'LOSS_REDUCTION_INVALID' }),
    );
    expect(() => reduceLoss(tensor([]), undefined, 'sum')).toThrow(expect.objectContaining({ code: 'LOSS_FN_SHAPE' }));
    expect(() => reduceLoss(3 as never, undefined, 'sum')).toThrow(expect.objectContaining({ code: 'LOSS_FN_SHAPE' }));
    dispose([line, wide]);
    expect(memory().numTensors).toBe(before + 1); // the empty tensor of this test
  });
});
