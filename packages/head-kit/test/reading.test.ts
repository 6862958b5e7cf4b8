import { add, dispose, engine, getBackend, memory, scalar, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readTensors } from '../src/read-tensors.js';
import { valuesAtHand } from '../src/values-at-hand.js';

afterEach(() => vi.restoreAllMocks());

/** A tensor whose values are where the backend computes. */
function computed(values: number[]): Tensor {
  return tidy(() => add(tensor(values), scalar(1)));
}

/** Files share one backend here: what those before have asked the device, and did not wait for, is over when a later read is. */
beforeEach(async () => {
  const last = computed([0]);
  await last.data();
  last.dispose();
  await new Promise((resolve) => setTimeout(resolve));
});

describe('reading several tensors', () => {
  it('takes at most one read, which never blocks', async () => {
    const before = memory().numTensors;
    const tensors = { a: computed([1, 2]), b: computed([3]), c: computed([4, 5, 6]) };
    const read = vi.spyOn(engine().backend, 'read');
    const readSync = vi.spyOn(engine().backend, 'readSync');
    const pending = readTensors(tensors);
    if (pending instanceof Promise) dispose(tensors); // they may go as soon as it has returned
    const values = await pending;
    expect(
      Object.entries(values).map(([key, { values: numbers, shape }]) => [key, Array.from(numbers), shape]),
    ).toEqual([
      ['a', [2, 3], [2]],
      ['b', [4], [1]],
      ['c', [5, 6, 7], [3]],
    ]);
    dispose(tensors);
    // TensorFlow's own asynchronous read is a blocking one behind a promise.
    expect(readSync.mock.calls.length).toBe(getBackend() === 'tensorflow' ? 1 : 0);
    expect(read.mock.calls.length).toBeLessThanOrEqual(1);
    expect(memory().numTensors).toBe(before);
  });

  it('needs none for labels that come from the host', () => {
    const labels = tensor([0, 1, 1]);
    expect(Array.from(valuesAtHand(labels) ?? [])).toEqual([0, 1, 1]);
    labels.dispose();
  });

  it('is not confused when the caller fills the same array with the next batch', async () => {
    const buffer = new Float32Array([1, 2]);
    const tensors = { labels: tensor(buffer), logits: computed([5, 6]) };
    const pending = readTensors(tensors);
    const { labels } = pending instanceof Promise ? { labels: undefined } : pending;
    const seen = labels && Array.from(labels.values);
    buffer.fill(9);
    expect(seen ?? Array.from((await pending).labels?.values ?? [])).toEqual([1, 2]);
    dispose(tensors);
  });

  it('finds values on the host, or none on the device', () => {
    const onDevice = computed([1]);
    expect(valuesAtHand(onDevice) === undefined).toBe(['webgl', 'webgpu', 'tensorflow'].includes(getBackend()));
    onDevice.dispose();
  });
});
