// The walk over a batch of two classes comes to what its accumulators come to one by one, to the bit.
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type Accumulator,
  buckets,
  confusion,
  type HostTensor,
  type HostTensors,
  logistic,
  type LogisticPart,
  logisticSums,
  mean,
  sigmoidCrossEntropy,
} from '../src/index.js';
import { lossesOnHost } from '../src/losses/host-form.js';
import { sumsOf } from '../src/metrics/accumulator.js';
import { HostBatch } from '../src/metrics/host-batch.js';
import { NO_WEB_ASSEMBLY } from './no-web-assembly.js';
import { uniform } from './random.js';

/** What rows are counted of, where each weighs 1. */
const COUNTED: readonly (readonly [Accumulator, LogisticPart])[] = [
  [mean('losses'), { meanOf: 'losses' }],
  [confusion(0, { predictions: 'logits' }), { threshold: 0, of: 'logits' }],
  [mean('logistic'), { meanOf: 'logistic' }],
  [buckets(), { numThresholds: 200 }],
  [mean('labels'), { meanOf: 'labels' }],
];
const PARTS: ReadonlyMap<Accumulator, LogisticPart> = new Map<Accumulator, LogisticPart>([
  ...COUNTED,
  [confusion(0.9), { threshold: 0.9, of: 'logistic' }],
  [buckets({ numThresholds: 2 }), { numThresholds: 2 }],
  [buckets({ numThresholds: 1001 }), { numThresholds: 1001 }],
]);
const byId = (accumulators: Iterable<Accumulator>): ReadonlyMap<string, Accumulator> =>
  new Map([...accumulators].map((accumulator) => [accumulator.id, accumulator]));
const ASKED = byId(PARTS.keys());
const ASKED_COUNTED = byId(COUNTED.map(([accumulator]) => accumulator));
const FORMULAS = {
  logistic: logistic('logits'),
  losses: {
    of: ['logits', 'labels'],
    compute: (batch: HostBatch) => ({
      values: lossesOnHost(sigmoidCrossEntropy, batch, 1),
      shape: batch.get('logits').shape,
    }),
  },
};

type Numbers = Float32Array | Uint8Array;
type Sums = readonly { readonly id: string; readonly rows: number; readonly sums: readonly (number | bigint)[] }[];

function read(logits: Float32Array, labels: Numbers, weights?: Numbers): HostTensors {
  const tensor = (values: Numbers): HostTensor => ({ values, shape: [values.length, 1] });
  return { logits: tensor(logits), labels: tensor(labels), ...(weights && { weights: tensor(weights) }) };
}

function walked(batch: HostTensors, asked = ASKED): Sums | undefined {
  const all = logisticSums(PARTS, asked, batch);
  return all && [...all].map(([{ id }, { rows, sums }]) => ({ id, rows, sums: exact(sums) }));
}

/** Lists are left to the loops, in which nothing of WebAssembly is. */
function oneByOne(batch: HostTensors, asked = ASKED): Sums {
  const lists = Object.entries(batch).map(([name, { values, shape }]) => [name, { values: Array.from(values), shape }]);
  return [...asked.values()].map((accumulator) => {
    const { rows, sums } = sumsOf(accumulator, new HostBatch(Object.fromEntries(lists) as HostTensors, FORMULAS));
    return { id: accumulator.id, rows, sums: exact(sums) };
  });
}

function exact(sums: ReturnType<typeof sumsOf>['sums']): (number | bigint)[] {
  return Array.from({ length: sums.size }, (_, index) => sums.exact(index));
}

const hard = (count: number): Float32Array => uniform(count, 0, 2, 2).map(Math.floor);
const mixed = (count: number, seed: number, unusual: readonly number[]): Float32Array =>
  uniform(count, -5, 5, seed).map((value, i) =>
    i % 7 === 3 ? (unusual[Math.floor(i / 7) % unusual.length] as number) : value,
  );

describe.each([16, 17, 1000, 1023, 2048, 2051, 5000])('%i rows', (count) => {
  const logits = uniform(count, -9, 9, 1);
  const batches: Readonly<Record<string, HostTensors>> = {
    'hard labels': read(logits, hard(count)),
    'labels that were bool': read(logits, Uint8Array.from(hard(count))),
    'soft labels': read(
      logits,
      uniform(count, 0, 1, 3).map((z, i) => (i % 5 === 0 ? Math.round(z) : z)),
    ),
    'labels beyond 0 and 1': read(
      logits,
      uniform(count, -2, 3, 3).map((z, i) => (i % 2 === 0 ? Math.round(z) : z)),
    ),
    weights: read(logits, hard(count), uniform(count, 0, 2, 4)),
    'weights that were bool': read(logits, hard(count), Uint8Array.from(hard(count))),
    'weights of 0 and below': read(logits, hard(count), mixed(count, 4, [0, -0, -1, 1])),
    'subnormal weights': read(logits, hard(count), uniform(count, 0, 1e-39, 4)),
    'huge weights': read(logits, hard(count), uniform(count, -3e38, 3e38, 4)),
    'logits of great confidence': read(mixed(count, 1, [30, -25, 41]), hard(count), uniform(count, 1, 2, 4)),
    'logits near 0': read(mixed(count, 1, [0, -0, 1e-45, -1e-45, 1e-8, -1e-8]), hard(count)),
    // Either side of where two grids take all: losses down to the last bit that the second has, and beyond it.
    ...Object.fromEntries(
      [24, 27, 28.5, 30, 31.5, 33].map((largest) => [
        `logits up to ${largest}`,
        read(mixed(count, 1, [largest, -largest, largest - 0.1]), hard(count)),
      ]),
    ),
    ...Object.fromEntries(
      [2 ** -10, 2 ** -24, 2 ** -27, 2 ** -40].map((least) => [
        `weights down to ${least}`,
        read(uniform(count, -3, 3, 1), hard(count), mixed(count, 4, [least, 3 * least, 0])),
      ]),
    ),
    'labels of -0': read(
      logits,
      hard(count).map((label) => label || -0),
    ),
  };
  it.each(Object.entries(batches))('with %s', (_, batch) => {
    for (const asked of [ASKED, ASKED_COUNTED]) expect(walked(batch, asked)).toEqual(oneByOne(batch, asked));
  });
});

it('counts what lies at and beside each border of the buckets', () => {
  const borders = Array.from({ length: 198 }, (_, i) => Math.log((i + 1) / (198 - i)));
  const logits = Float32Array.from(
    borders.flatMap((logit) => [-8, -3, -1, 0, 1, 3, 8].map((steps) => Math.fround(logit) * (1 + steps * 2 ** -23))),
  );
  // From probabilities that are 1 in float32 to some that are next to nothing.
  const ends = Float32Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? 14 + i / 10 : -14 - i / 2));
  for (const x of [logits, ends]) {
    for (const weights of [undefined, uniform(x.length, 1, 2, 4)]) {
      const batch = read(x, hard(x.length), weights);
      for (const asked of [ASKED, ASKED_COUNTED]) expect(walked(batch, asked)).toEqual(oneByOne(batch, asked));
    }
  }
});

it('looks at what is asked for anew, and takes the same batch as often as it comes', () => {
  const batch = read(uniform(1024, -9, 9, 1), hard(1024));
  for (const asked of [ASKED, ASKED_COUNTED, ASKED, ASKED_COUNTED, ASKED_COUNTED])
    expect(walked(batch, asked)).toEqual(oneByOne(batch, asked));
});

it.each([
  ['infinite logits', read(mixed(99, 1, [Infinity, -Infinity]), hard(99))],
  ['logits that are NaN', read(mixed(99, 1, [NaN]), hard(99))],
  ['labels that are NaN', read(uniform(99, -1, 1, 1), mixed(99, 2, [NaN]))],
  ['infinite weights', read(uniform(99, -1, 1, 1), hard(99), mixed(99, 2, [Infinity]))],
  ['weights of 0 alone', read(uniform(99, -1, 1, 1), hard(99), new Float32Array(99))],
  [
    'losses too small beside others',
    read(
      mixed(99, 1, [300, -300]),
      Float32Array.from(mixed(99, 1, [300, -300]), (x) => Number(x > 0)),
    ),
  ],
  ['weights too small beside others', read(uniform(99, -1, 1, 1), hard(99), mixed(99, 2, [1e-12, 3.7e-30]))],
  ['few rows', read(uniform(15, -1, 1, 1), hard(15))],
  ['no rows', read(new Float32Array(), new Float32Array())],
  ['fewer weights than rows', read(uniform(99, -1, 1, 1), hard(99), new Float32Array(1).fill(1))],
])('leaves %s to the accumulators', (_, batch) => {
  expect(walked(batch)).toBeUndefined();
});

it('says nothing of accumulators that are not asked for, or are others', () => {
  const batch = read(uniform(99, -9, 9, 1), hard(99));
  const [losses, curve] = [...ASKED.values()].filter(({ kind }) => kind !== 'confusion') as [Accumulator, Accumulator];
  const another = { ...curve };
  expect([...(logisticSums(PARTS, byId([losses, another]), batch)?.keys() ?? [])]).toEqual([losses]);
  expect(logisticSums(PARTS, byId([another]), batch)).toBeUndefined();
});

describe('without WebAssembly', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it.each(NO_WEB_ASSEMBLY)('%s, the accumulators count', async (_, webAssembly) => {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', webAssembly);
    const fresh = await import('../src/metrics/logistic-sums.js');
    expect(fresh.logisticSums(PARTS, ASKED, read(uniform(99, -9, 9, 1), hard(99)))).toBeUndefined();
  });
});
