import { tensor, tidy } from '@tensorflow/tfjs-core';
import { binaryMetrics, type BinarySample, random } from '@tfjs-heads/reference';
import { describe, expect, it } from 'vitest';
import {
  accuracy,
  average,
  buckets,
  confusion,
  majority,
  mean,
  prAuc,
  precision,
  recall,
  rocAuc,
  StreamingMetric,
} from '../src/index.js';

const views = {
  accuracy: () => new StreamingMetric(confusion(0.5), accuracy),
  precision: () => new StreamingMetric(confusion(0.5), precision),
  recall: () => new StreamingMetric(confusion(0.5), recall),
  auc: () => new StreamingMetric(buckets(), rocAuc),
  auc_precision_recall: () => new StreamingMetric(buckets(), prAuc),
};
type View = keyof typeof views;
const names = Object.keys(views) as View[];

function update(metric: StreamingMetric, samples: readonly BinarySample[]): void {
  tidy(() => {
    const column = (of: (sample: BinarySample) => number) => tensor(samples.map(of), [samples.length, 1]);
    const weights = samples.some(({ weight }) => weight !== undefined) ? column(({ weight = 1 }) => weight) : undefined;
    metric.update(
      column(({ prediction }) => prediction),
      column(({ label }) => label),
      weights,
    );
  });
}

/** Predictions that are exact in float32, and none of them a threshold but 0, 1/2 and 1. */
function drawSamples(count: number, seed: number, weighted: boolean): BinarySample[] {
  const next = random(seed);
  return Array.from({ length: count }, () => ({
    prediction: [Math.floor(next() * 1024) / 1024, 0, 1, 0.5][Math.max(0, Math.floor(next() * 10) - 6)] as number,
    label: next() < 0.4 ? 1 : 0,
    ...(weighted && { weight: Math.floor(next() * 9) / 4 }),
  }));
}

describe('binary metrics of shared sums', () => {
  it.each(
    names.flatMap(
      (name) =>
        [
          [name, false],
          [name, true],
        ] as const,
    ),
  )('%s is that of the reference, weighted: %s', async (name, weighted) => {
    const samples = drawSamples(500, 7, weighted);
    const metric = views[name]();
    update(metric, samples.slice(0, 123));
    update(metric, samples.slice(123));
    expect(await metric.result()).toBeCloseTo(binaryMetrics(samples)[name] as number, 12);
  });

  it.each([
    [1, 0],
    [30, 29],
    [31, 31], // float32's product of 199 and 31/199 is more than 31
    [198, 197],
  ])(
    "a prediction of %d/199 falls into the bucket %d: the product is float32's, as in the original",
    async (threshold, bucket) => {
      const metric = views.auc();
      update(metric, [{ prediction: Math.fround(threshold / 199), label: 1 }]);
      expect((await metric.state()).sums.indexOf(1)).toBe(bucket);
    },
  );

  it.each([NaN, Infinity, '0.5', undefined])('the threshold %s is refused', (threshold) => {
    expect(() => confusion(threshold as number)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  const zeros = { accuracy: 0, precision: 0, recall: 0, auc: 0, auc_precision_recall: 0 };
  it.each([
    ['nothing', [], zeros],
    [
      'positives alone',
      [
        { prediction: 0.9, label: 1 },
        { prediction: 0.2, label: 1 },
      ],
      { accuracy: 0.5, precision: 1, recall: 0.5, auc: 0, auc_precision_recall: 1 },
    ],
    [
      'negatives alone',
      [
        { prediction: 0.9, label: 0 },
        { prediction: 0.2, label: 0 },
      ],
      { ...zeros, accuracy: 0.5 },
    ],
    [
      'soft labels',
      [
        { prediction: 0.9, label: 0.5 },
        { prediction: 0.2, label: 0.5 },
      ],
      { accuracy: 0, precision: 1, recall: 0.5, auc: 0, auc_precision_recall: 1 },
    ],
    [
      'a prediction at the threshold',
      [
        { prediction: 0.5, label: 0 },
        { prediction: 0.5, label: 1 },
      ],
      { ...zeros, accuracy: 0.5, auc: 0.5, auc_precision_recall: 0.5 },
    ],
  ] as const)('of %s they are what the original says', async (_, samples, expected) => {
    for (const name of names) {
      const metric = views[name]();
      if (samples.length > 0) update(metric, samples);
      expect(await metric.result(), name).toBeCloseTo(expected[name], 12);
      expect(binaryMetrics(samples)[name], name).toBeCloseTo(expected[name], 12);
    }
  });

  it('are NaN where a prediction is, and clip those outside of [0, 1]', async () => {
    const curves = ['auc', 'auc_precision_recall'] as const;
    for (const name of curves) {
      const [bad, clipped] = [views[name](), views[name]()];
      update(bad, [
        { prediction: NaN, label: 1 },
        { prediction: 0.3, label: 0 },
      ]);
      expect(await bad.result()).toBeNaN();
      update(clipped, [
        { prediction: 7, label: 1 },
        { prediction: -3, label: 0 },
        { prediction: 0.4, label: 1 },
      ]);
      expect(await clipped.result()).toBeCloseTo(1, 12);
    }
  });

  it.each(names)('%s merges by its kind', async (name) => {
    const samples = drawSamples(200, 11, true);
    const [whole, first, second] = [views[name](), views[name](), views[name]()];
    update(whole, samples);
    update(first, samples.slice(0, 60));
    update(second, samples.slice(60));
    second.merge(JSON.parse(JSON.stringify(await first.state())));
    expect(await second.state()).toEqual(await whole.state());
  });

  it.each(names)('%s refuses labels and weights that are not one for each prediction', (name) => {
    tidy(() => {
      const predictions = tensor([0.1, 0.9, 0.6, 0.2], [2, 2]);
      const refuse = (shape: string): unknown =>
        expect.objectContaining({ code: 'METRIC_INPUT_INVALID', message: expect.stringContaining(shape) });
      expect(() => views[name]().update(predictions, tensor([1, 0, 1]))).toThrow(refuse('[3]'));
      expect(() => views[name]().update(predictions, tensor([1, 0, 1, 1], [2, 2]), tensor([1, 2, 3]))).toThrow(
        refuse('[3]'),
      );
      // That weighs the means over what follows its dimensions: legal for a mean, nothing that could be counted.
      const [deep, labels] = [tensor(new Float32Array(8), [2, 2, 2]), tensor(new Float32Array(8), [2, 2, 2])];
      expect(() => views[name]().update(deep, labels, tensor([1, 2]))).toThrow(refuse('[2]'));
    });
  });

  it('the baseline is the more frequent label, and 0 of no weight', async () => {
    const baseline = new StreamingMetric(mean('labels'), majority);
    expect(await baseline.result()).toBe(0);
    tidy(() => baseline.update(tensor([1, 0, 0, 0]), tensor([1, 2, 1, 0])));
    expect(await baseline.result()).toBe(0.75);
    expect(average([3, 4])).toBe(0.75);
  });

  it('a result is given sums for the time of its call: neither what it writes nor the next result changes any', async () => {
    const kept: number[][] = [];
    const spoiling = (sums: ArrayLike<number>): number => {
      kept.push(Array.from(sums));
      (sums as number[]).fill(7);
      return 0;
    };
    const [spoiled, other] = [new StreamingMetric(buckets(), spoiling), new StreamingMetric(buckets(), spoiling)];
    update(spoiled, [{ prediction: 0.3, label: 1 }]);
    for (const metric of [spoiled, other, spoiled]) await metric.result();
    expect(kept[0]).toEqual(kept[2]);
    expect(kept[1]).toEqual(Array.from({ length: 398 }, () => 0));
  });
});
