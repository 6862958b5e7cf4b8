// The walks in WebAssembly come to what the loops in JavaScript come to, to the bit; and these where it is not to be had.
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ElementLoss, logistic, type RowLoss, sigmoidCrossEntropy, softmaxCrossEntropy } from '../src/index.js';
import type { HostArray, HostMemory } from '../src/host-memory.js';
import { hostLoss, lossesOnHost } from '../src/losses/host-form.js';
import { HostBatch } from '../src/metrics/host-batch.js';
import { NO_WEB_ASSEMBLY } from './no-web-assembly.js';
import { uniform } from './random.js';

/** Tensors whose data are their names. */
const memory: HostMemory = {
  view: ({ dataId }) => dataId as HostArray,
  allocate: (shape) => ({ dataId: new Float32Array(shape.reduce((a, b) => a * b, 1)), shape, dtype: 'float32' }),
  kernelsWinFrom: Infinity,
  hasOneCore: true,
};
const tensorOf = (values: HostArray, shape: number[]): Tensor =>
  ({ dataId: values, shape, size: values.length, rank: shape.length, dtype: 'float32' }) as unknown as Tensor;

const MAX = 3.4028234663852886e38;
const UNUSUAL = [0, -0, 1e-45, -1e-8, 30, -80, 104, -700, 1e4, -1e4, MAX, -MAX, Infinity, -Infinity, NaN];
const WEIGHTS = [0, 1, 2.5, -1, 1e-38, MAX, Infinity, NaN];

/** Drawn numbers, every seventh of which is unusual where they are to be. */
function mixed(count: number, low: number, high: number, seed: number, unusual: readonly number[]): Float32Array {
  return uniform(count, low, high, seed).map((value, i) => {
    return unusual.length > 0 && i % 7 === 3 ? (unusual[Math.floor(i / 7) % unusual.length] as number) : value;
  });
}

interface Given {
  readonly logits: Float32Array;
  readonly labels: HostArray;
  readonly weights: Float32Array | undefined;
  readonly k: number;
  readonly labelsPerRow: number;
}

function run(loss: ElementLoss | RowLoss, { logits, labels, weights, k, labelsPerRow }: Given): number[][] {
  const rows = logits.length / k;
  const tensors = {
    logits: tensorOf(logits, [rows, k]),
    labels: tensorOf(labels, [rows, labelsPerRow]),
    ...(weights && { weights: tensorOf(weights, [rows, weights.length / rows]) }),
  };
  const results = hostLoss(memory, tensors, { loss, divisor: rows, withGradient: true });
  return results.map((info: TensorInfo) => Array.from(memory.view(info)));
}

type WalkOf = NonNullable<RowLoss['walk']>;

/** What comes of the walk and of the loop, and whether the walk took part. */
function bothWays(
  loss: ElementLoss | RowLoss,
  given: Given,
): { walked: number[][]; looped: number[][]; took: boolean } {
  const { walk, ...plain } = loss;
  const watched = vi.fn<WalkOf>(walk as WalkOf);
  const walked = run({ ...plain, walk: watched } as typeof loss, given);
  return { walked, looped: run(plain as typeof loss, given), took: typeof watched.mock.results[0]?.value === 'number' };
}

function expectSame({ walked, looped, took }: ReturnType<typeof bothWays>, count: number): void {
  expect(walked).toEqual(looped);
  expect(took).toBe(count >= 64);
}

const SIZES = [
  [1, 1],
  [2, 1],
  [7, 3],
  [65, 1],
  [101, 10],
  [8191, 1],
  [8193, 1],
  [1700, 5],
  [3, 1001],
  [1, 8191],
] as const;

describe.each([
  ['ordinary', [], []],
  ['unusual', UNUSUAL, WEIGHTS],
] as const)('with %s numbers', (_, logits, weights) => {
  it.each(SIZES)('logistic, %i rows of %i', (rows, k) => {
    const count = rows * k;
    const x = mixed(count, -9, 9, 1, logits);
    const labels = [
      uniform(count, 0, 1, 2).map(Math.round),
      uniform(count, -0.5, 1.5, 3),
      Int32Array.from(uniform(count, 0, 2, 4)),
      Uint8Array.from(uniform(count, 0, 2, 5)),
    ];
    for (const z of labels) {
      for (const w of [undefined, mixed(rows, 0, 2, 6, weights), mixed(count, 0, 2, 7, weights)])
        expectSame(bothWays(sigmoidCrossEntropy, { logits: x, labels: z, weights: w, k, labelsPerRow: k }), count);
    }
  });

  it.each(SIZES)('the losses and probabilities of each logit, for metrics, %i rows of %i', (rows, k) => {
    const x = mixed(rows * k, -9, 9, 1, logits);
    // What was bool keeps its bytes on the cpu backend when it is cast.
    const bytes = Uint8Array.from(uniform(rows * k, 0, 2, 3));
    for (const z of [uniform(rows * k, -0.5, 1.5, 2), bytes]) {
      // A list is left to the loops.
      const [walked, looped] = [x, Array.from(x)].map((values) => {
        const read = { logits: { values, shape: [rows, k] }, labels: { values: z, shape: [rows, k] } };
        const batch = new HostBatch(read, { logistic: logistic('logits') });
        const losses = lossesOnHost(sigmoidCrossEntropy, batch, k);
        return { losses: Array.from(losses), logistic: Array.from(batch.get('logistic').values) };
      });
      expect(walked).toEqual(looped);
    }
  });

  it.each(SIZES)('softmax, %i rows of %i', (rows, k) => {
    const x = mixed(rows * k, -9, 9, 1, logits);
    for (const z of [uniform(rows, 0, k, 2).map(Math.floor), Int32Array.from(uniform(rows, 0, k, 3))]) {
      for (const w of [undefined, mixed(rows, 0, 2, 4, weights)])
        expectSame(bothWays(softmaxCrossEntropy, { logits: x, labels: z, weights: w, k, labelsPerRow: 1 }), rows * k);
    }
  });
});

it.each([
  ['labels that are no ids', 3, [0, 3]],
  ['negative ids', 3, [-1, 1]],
  ['ids with a fraction', 3, [0.5, 1]],
  ['rows too long', 8193, [0, 8192]],
])('softmax leaves %s to the loop', (_, k, ids) => {
  const rows = Array.from({ length: 32 }, (_row, i) => ids[i % 2] as number);
  const given = { logits: uniform(32 * k, -1, 1, 1), labels: Float32Array.from(rows), weights: undefined, k };
  const { walk, ...plain } = softmaxCrossEntropy;
  const factor = 1 / 32;
  expect(walk?.({ ...given, gradient: undefined, factor })).toBeUndefined();
  const all = { ...given, labelsPerRow: 1 };
  expect(run(softmaxCrossEntropy, all)).toEqual(run(plain, all));
});

describe('without WebAssembly', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it.each(NO_WEB_ASSEMBLY)('%s, the loops compute', async (_, webAssembly) => {
    const given = { logits: uniform(99, -9, 9, 1), labels: uniform(99, 0, 1, 2), weights: undefined, k: 1 };
    const all = { ...given, labelsPerRow: 1 };
    const expected = run(sigmoidCrossEntropy, all);
    vi.resetModules();
    vi.stubGlobal('WebAssembly', webAssembly);
    const { logisticWalk } = await import('../src/losses/simd.js');
    expect(logisticWalk({ ...given, gradient: undefined, factor: 1 })).toBeUndefined();
    expect(run({ ...sigmoidCrossEntropy, walk: logisticWalk }, all)).toEqual(expected);
  });
});
