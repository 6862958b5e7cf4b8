import { memory, tensor, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { Mean } from '../src/index.js';

describe('line 19: Mean', () => {
  it('divides the weighted sum by the sum of the weights, over all updates', async () => {
    const mean = new Mean();
    tidy(() => {
      mean.update(tensor([1, 2, 3]), tensor([1, 0, 2]));
      mean.update(tensor([10]));
    });
    expect(await mean.result()).toBe((1 + 6 + 10) / 4);
  });

  it('is 0 without updates and for weights of 0', async () => {
    const mean = new Mean();
    expect(await mean.result()).toBe(0);
    tidy(() => mean.update(tensor([1, 2]), tensor([0, 0])));
    expect(await mean.result()).toBe(0);
  });

  it.each([
    ['a scalar', [2, 3], 2, (2 + 3 + 4 + 5 + 6 + 7) / 6],
    ['one for each row', [2, 3], [[1], [3]], (2 + 3 + 4 + 3 * (5 + 6 + 7)) / 12],
    ['one dimension fewer', [2, 3], [1, 3], (2 + 3 + 4 + 3 * (5 + 6 + 7)) / 12],
    [
      'one for each value',
      [2, 3],
      [
        [1, 0, 0],
        [0, 0, 1],
      ],
      (2 + 7) / 2,
    ],
    ['one for each column', [2, 3], [[1, 0, 2]], (2 + 5 + 2 * (4 + 7)) / 6],
    ['a last dimension more', [6], [[1], [0], [0], [0], [0], [3]], (2 + 3 * 7) / 4],
    ['of a lower rank by two', [3, 2, 1], [1, 0, 0], 2.5],
  ])('takes weights that are %s', async (_, shape, weights, expected) => {
    const mean = new Mean();
    tidy(() => mean.update(tensor([2, 3, 4, 5, 6, 7], shape), tensor(weights)));
    expect(await mean.result()).toBeCloseTo(expected, 12);
  });

  it('counts beyond 2^24, where float32 stops', async () => {
    const mean = new Mean();
    mean.merge({ version: 1, metric: 'mean', settings: {}, rows: 2 ** 24, sums: [2 ** 24, 2 ** 24] });
    tidy(() => mean.update(tensor([0, 0, 0, 0])));
    expect((await mean.state()).sums).toEqual([2 ** 24, 2 ** 24 + 4]);
  });

  it('sums without drift: a hundred thousand times 0.1', async () => {
    const mean = new Mean();
    tidy(() => mean.update(tensor(new Float32Array(100_000).fill(0.1))));
    expect(await mean.result()).toBeCloseTo(Math.fround(0.1), 12);
  });

  it('carries its state through JSON, NaN and infinities as well', async () => {
    const parts = [new Mean(), new Mean()] as const;
    tidy(() => {
      parts[0].update(tensor([1, Infinity]));
      parts[1].update(tensor([3]));
    });
    const whole = new Mean();
    for (const part of parts) whole.merge(JSON.parse(JSON.stringify(await part.state())));
    expect((await whole.state()).sums).toEqual(['Infinity', 3]);
    expect(await whole.result()).toBe(Infinity);
    tidy(() => whole.update(tensor([NaN])));
    const state = JSON.parse(JSON.stringify(await whole.state()));
    expect(state.sums).toEqual(['NaN', 4]);
    const copy = new Mean();
    copy.merge(state);
    expect(await copy.result()).toBeNaN();
  });

  it('forgets on reset, also what is still being read', async () => {
    const mean = new Mean();
    tidy(() => mean.update(tensor([1, 2])));
    mean.reset();
    tidy(() => mean.update(tensor([5])));
    expect(await mean.result()).toBe(5);
  });

  it('leaves no tensor behind', async () => {
    const before = memory().numTensors;
    const mean = new Mean();
    const values = tensor([1, 2]);
    mean.update(values);
    values.dispose();
    expect(await mean.result()).toBe(1.5);
    mean.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('counts updates and merges until it is reset', async () => {
    const mean = new Mean();
    expect(mean.updates).toBe(0);
    tidy(() => mean.update(tensor([1])));
    expect(mean.updates).toBe(1);
    mean.merge(await mean.state());
    expect(mean.updates).toBe(2);
    mean.reset();
    expect(mean.updates).toBe(0);
  });

  it('forgets the error of a read when it is reset', async () => {
    const mean = new Mean();
    mean.receive(Promise.reject(new Error('the read failed')));
    await expect(mean.result()).rejects.toThrow('the read failed');
    mean.reset();
    expect(await mean.result()).toBe(0);
  });

  it('refuses what it cannot add, and keeps its sums', async () => {
    const mean = new Mean();
    tidy(() => mean.update(tensor([1])));
    const values = tensor([1, 2, 3]);
    const weights = tensor([1, 2]);
    const add = async (): Promise<number> => {
      mean.update(values, weights);
      return mean.result(); // where values are read asynchronously, the error comes with the result
    };
    await expect(add()).rejects.toMatchObject({
      code: 'METRIC_INPUT_INVALID',
      message: expect.stringContaining('[3]'),
    });
    const fresh = new Mean();
    expect(() => fresh.update(3 as never)).toThrow(expect.objectContaining({ code: 'METRIC_INPUT_INVALID' }));
    expect(() => fresh.update(values, weights, weights)).toThrow(
      expect.objectContaining({ code: 'METRIC_INPUT_INVALID' }),
    );
    weights.dispose();
    expect(() => fresh.update(values, weights)).toThrow(expect.objectContaining({ code: 'TENSOR_DISPOSED' }));
    expect(await fresh.result()).toBe(0);
    values.dispose();
  });
});
