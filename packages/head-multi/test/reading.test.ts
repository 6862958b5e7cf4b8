// What both heads read of a device, and what they do not: nothing by a blocking call, and the metrics of a batch with one read.
import { engine, getBackend, mul, scalar, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { afterEach, describe, it, vi } from 'vitest';
import { NumberHead, ProbabilityHead } from '../src/conformance-heads.js';
import { MultiHead, SequentialHeadWrapper } from '../src/index.js';
import { expect } from '@tfjs-heads/conformance-kit/matchers';
import { results } from './support/metrics.js';
import { releaseTensors } from './support/release.js';

releaseTensors();
afterEach(() => vi.restoreAllMocks());

/** The same values as the result of an op: a device alone knows them. */
const onDevice = (values: Tensor): Tensor => mul(values, scalar(1));
const isGpu = ['webgl', 'webgpu'].includes(getBackend());

/** How often the backend was read, and how often by a blocking call. */
function countReads(): { reads: () => number; blocking: () => number } {
  const read = vi.spyOn(engine().backend, 'read');
  const readSync = vi.spyOn(engine().backend, 'readSync');
  return { reads: () => read.mock.calls.length, blocking: () => readSync.mock.calls.length };
}

const masked = new SequentialHeadWrapper({
  staticHead: new ProbabilityHead({ name: 'c' }),
  sequenceLengthMask: 'mask',
});
const heads = [new NumberHead({ name: 'a' }), new ProbabilityHead({ name: 'b' }), masked];
const three = new MultiHead({ heads });

function batch(c = [0, 0.5, 1, 1]) {
  return {
    logits: {
      a: onDevice(tensor([[1], [2]])),
      b: onDevice(tensor([[1], [0]])),
      c_sequential: onDevice(tensor([0, 0, 0, 0], [2, 2, 1])),
    },
    labels: {
      a: onDevice(tensor([[0], [0]])),
      b: onDevice(tensor([[1], [0.5]])),
      c_sequential: onDevice(tensor(c, [2, 2, 1])),
    },
    features: { mask: onDevice(tensor([1, 0, 1, 1], [2, 2])) },
  };
}

describe('a MultiHead of three heads, one of them for sequences', () => {
  it('reads once to update its metrics, and never blocks', async () => {
    const { logits, labels, features } = batch();
    const { reads, blocking } = countReads();
    const metrics = three.updateMetrics(three.metrics(), features, logits, labels);
    const all = await results(metrics);
    if (isGpu) expect([reads(), blocking()]).toEqual([1, 0]);
    expect(all['loss/a'] as number).toBe(2.5);
    expect([all['average_loss/c'] as number, all['loss/c_sequential'] as number]).toBeNear([Math.LN2, Math.LN2]);
    expect(all['label/mean/c']).toBeCloseTo(2 / 3, 12);
  });

  it('has a loss and a spec that block on nothing', async () => {
    const { logits, labels, features } = batch();
    const { blocking } = countReads();
    const loss = three.loss(labels, logits, { features });
    const spec = three.createEstimatorSpec({ mode: 'train', features, labels, logits, trainOpFn: () => 0 });
    if (isGpu) expect(blocking()).toBe(0);
    const [b = 0] = [(Math.log1p(Math.exp(-1)) + Math.LN2) / 2];
    expect(await loss.data()).toBeNear([2.5 + b + Math.LN2]);
    expect(await spec.loss.data()).toBeNear([2.5 + b + Math.LN2]);
    spec.dispose();
  });

  it('tells by name of labels that only the device knows to be wrong, in its loss and in each metric', async () => {
    const { logits, labels, features } = batch([0, 9, 2, 1]);
    const named = { name: 'HeadError', code: 'LABELS_RANGE' };
    const lossOf = async (): Promise<unknown> => three.loss(labels, logits, { features }).data();
    await expect(lossOf()).rejects.toMatchObject(named);
    const read = async (): Promise<unknown> => {
      const metrics = three.updateMetrics(three.metrics(), features, logits, labels);
      for (const key of ['loss/a', 'average_loss/c']) await expect(metrics[key]?.result()).rejects.toMatchObject(named);
      throw Object.assign(new Error('each has'), named);
    };
    await expect(read()).rejects.toMatchObject(named);
  });

  it('takes no notice of labels where no step is real', async () => {
    const { logits, labels, features } = batch([0, 9, 1, 1]);
    expect((await three.loss(labels, logits, { features }).data()).every(Number.isFinite)).toBe(true);
  });
});

it('a mask without a step is an error when the loss or a metric is read, at the latest', async () => {
  const [x, y] = [onDevice(tensor([0, 0], [1, 2, 1])), onDevice(tensor([0, 0], [1, 2, 1]))];
  const features = { mask: onDevice(tensor([[0, 0]])) };
  const named = { name: 'HeadError', code: 'SEQUENCE_MASK_INVALID' };
  const lossOf = async (): Promise<unknown> => masked.loss(y, x, { features }).data();
  await expect(lossOf()).rejects.toMatchObject(named);
  const metricOf = async (): Promise<unknown> =>
    masked.updateMetrics(masked.metrics(), features, x, y)['average_loss/c']?.result();
  await expect(metricOf()).rejects.toMatchObject(named);
});
