import { dispose, memory, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { binaryMetrics, type BinarySample, random } from '@tfjs-heads/reference';
import { describe, expect, it } from 'vitest';
import { Accuracy, AUC, BinaryAccuracy, Precision, Recall } from '../src/index.js';

const classes = {
  Accuracy: () => new Accuracy(),
  BinaryAccuracy: () => new BinaryAccuracy(),
  Precision: () => new Precision(),
  Recall: () => new Recall(),
  'AUC of ROC': () => new AUC(),
  'AUC of PR': () => new AUC({ curve: 'PR' }),
};
type Class = ReturnType<(typeof classes)[keyof typeof classes]>;

/** What they are in the reference. */
const keys = {
  BinaryAccuracy: 'accuracy',
  Precision: 'precision',
  Recall: 'recall',
  'AUC of ROC': 'auc',
  'AUC of PR': 'auc_precision_recall',
};
const binary = Object.entries(keys) as [keyof typeof keys, string][];

function update(metric: Class, samples: readonly BinarySample[]): void {
  tidy(() => {
    const column = (of: (sample: BinarySample) => number): Tensor => tensor(samples.map(of), [samples.length, 1]);
    metric.update(
      column(({ label }) => label),
      column(({ prediction }) => prediction),
      column(({ weight = 1 }) => weight),
    );
  });
}

const next = random(3);
const samples: readonly BinarySample[] = Array.from({ length: 300 }, () => ({
  prediction: Math.floor(next() * 1024) / 1024,
  label: next() < 0.3 ? 1 : 0,
  weight: Math.floor(next() * 9) / 4,
}));
const resultOf = async (metric: Class, given: readonly BinarySample[]): Promise<number> => {
  if (given.length > 0) update(metric, given);
  return metric.result();
};

describe('lines 20 to 23: metrics of labels and predictions', () => {
  it.each(binary)('%s is what the reference says, over several updates', async (name, key) => {
    const metric = classes[name]();
    for (const part of [samples.slice(0, 100), samples.slice(100, 101)]) update(metric, part);
    expect(await resultOf(metric, samples.slice(101))).toBeCloseTo(binaryMetrics(samples)[key] as number, 12);
  });

  it.each([
    ['nothing', []],
    [
      'positives alone',
      [
        { prediction: 0.9, label: 1 },
        { prediction: 0.2, label: 1 },
      ],
    ],
    [
      'negatives alone',
      [
        { prediction: 0.9, label: 0 },
        { prediction: 0.2, label: 0 },
      ],
    ],
    [
      'soft labels',
      [
        { prediction: 0.9, label: 0.3 },
        { prediction: 0.2, label: 0.3 },
      ],
    ],
    [
      'predictions at the threshold',
      [
        { prediction: 0.5, label: 0 },
        { prediction: 0.5, label: 1 },
      ],
    ],
    [
      'weights of 0',
      [
        { prediction: 0.9, label: 1, weight: 0 },
        { prediction: 0.2, label: 0, weight: 0 },
      ],
    ],
    [
      'predictions at the ends',
      [
        { prediction: 0, label: 0 },
        { prediction: 1, label: 1 },
        { prediction: 0, label: 1 },
      ],
    ],
  ])('of %s they are what the reference says', async (_, given: readonly BinarySample[]) => {
    for (const [name, key] of binary)
      expect(await resultOf(classes[name](), given), name).toBeCloseTo(binaryMetrics(given)[key] as number, 12);
  });

  it('Accuracy compares as float32, integers with floats too', async () => {
    const metric = new Accuracy();
    tidy(() => metric.update(tensor([1, 2, 3], [3], 'int32'), tensor([1, 2, 0.5]), tensor([1, 1, 2])));
    expect(await metric.result()).toBe(0.5);
    tidy(() =>
      metric.update(
        tensor([
          [1, 0],
          [1, 1],
        ]),
        tensor([
          [1, 1],
          [1, 0],
        ]),
        tensor([1, 3]),
      ),
    );
    expect(await metric.result()).toBe(6 / 12);
  });

  it('a threshold and a number of thresholds are those that are asked for', async () => {
    const given = samples.map((sample) => ({ ...sample, weight: 1 }));
    for (const threshold of [0, 0.25, 1]) {
      const expected = binaryMetrics(given, threshold);
      expect(await resultOf(new BinaryAccuracy({ threshold }), given)).toBeCloseTo(expected['accuracy'] as number, 12);
      expect(await resultOf(new Precision({ threshold }), given)).toBeCloseTo(expected['precision'] as number, 12);
      expect(await resultOf(new Recall({ threshold }), given)).toBeCloseTo(expected['recall'] as number, 12);
    }
    // Two thresholds: everything is above the first, nothing above the second.
    expect(await resultOf(new AUC({ numThresholds: 2 }), given)).toBeCloseTo(0.5, 12);
    const [auc = 0] = [binaryMetrics(given)['auc']];
    expect(Math.abs((await resultOf(new AUC({ numThresholds: 5000 }), given)) - auc)).toBeLessThan(0.01);
  });

  it.each(Object.entries(classes))(
    '%s takes shapes that are alike, and refuses others at once',
    async (name, create) => {
      const all = [
        tensor([1, 0, 1, 1], [2, 2]),
        tensor([1, 0, 1, 1], [2, 2, 1]),
        tensor([1, 0, 1, 1]),
        tensor([1, 0]),
        tensor([1, 0, 1]),
      ];
      const [square, deep, flat, two, three] = all as [Tensor, Tensor, Tensor, Tensor, Tensor];
      const before = memory().numTensors;
      const metric = create();
      expect(() => metric.update(flat, square)).toThrowCoded('METRIC_INPUT_INVALID', ['labels', '[2,2]', '[4]']);
      expect(() => metric.update(square, three)).toThrowCoded('METRIC_INPUT_INVALID', ['[3]', '[2,2]']);
      expect(() => metric.update(square, square, three)).toThrowCoded('METRIC_INPUT_INVALID', ['[2,2]', '[3]']);
      expect(() => metric.update(square, 3 as never)).toThrowCoded('METRIC_INPUT_INVALID', [
        'predictions',
        'got the number 3',
      ]);
      expect(() => metric.update(undefined as never, square)).toThrowCoded('METRIC_INPUT_INVALID', ['labels']);
      expect(() => Reflect.apply(metric.update, metric, [square, square, square, square])).toThrowCoded(
        'METRIC_INPUT_INVALID',
        ['4'],
      );
      if (!name.includes('Accuracy'))
        expect(() => metric.update(square, deep, two)).toThrowCoded('METRIC_INPUT_INVALID', ['[2,2,1]', '[2]']);
      expect(metric.updates).toBe(0);
      metric.update(deep, square, two);
      metric.update(deep, square);
      expect(await metric.result()).not.toBeNaN();
      expect(memory().numTensors).toBe(before);
      dispose(all);
    },
  );

  it('options are checked', () => {
    const thresholds = [-0.1, 1.5, NaN, '0.5', null] as never[];
    for (const threshold of thresholds)
      for (const Metric of [BinaryAccuracy, Precision, Recall])
        expect(() => new Metric({ threshold })).toThrowCoded('INVALID_ARGUMENT', ['threshold']);
    for (const curve of ['roc', 'toString', 3, null] as never[])
      expect(() => new AUC({ curve })).toThrowCoded('INVALID_ARGUMENT', ['curve']);
    for (const numThresholds of [1, 0, 2.5, NaN, Infinity, 1e12, '200'] as never[])
      expect(() => new AUC({ numThresholds })).toThrowCoded('INVALID_ARGUMENT', ['numThresholds']);
    expect(() => new AUC({ thresholds: 3 } as never)).toThrowCoded('INVALID_ARGUMENT', ['numThresholds']);
  });

  it('states tell them apart', async () => {
    const states = [
      new Accuracy(),
      new BinaryAccuracy(),
      new BinaryAccuracy({ threshold: 0.25 }),
      new Precision(),
      new Recall(),
      new AUC(),
      new AUC({ curve: 'PR' }),
      new AUC({ numThresholds: 100 }),
    ];
    const all = await Promise.all(states.map((metric) => metric.state()));
    for (const [i, metric] of states.entries())
      for (const [j, state] of all.entries()) {
        if (i === j) metric.merge(state);
        else expect(() => metric.merge(state)).toThrowCoded('METRIC_STATE_INVALID');
      }
    expect(all.at(-2)).toMatchObject({ metric: 'auc', settings: { curve: 'PR', numThresholds: 200 } });
  });
});
