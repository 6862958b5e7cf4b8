import * as tf from '@tensorflow/tfjs-core';
import type { SparseTensor } from '@tfjs-heads/head-api';
import { MultiLabelHead } from '@tfjs-heads/head-classification';
import {
  binaryMetrics,
  drawValues,
  multiLabelCrossEntropy,
  sigmoidOf,
  trainingLossOfRows,
} from '@tfjs-heads/reference';
import { describe, it } from 'vitest';
import { expect } from '@tfjs-heads/conformance-kit/matchers';
import { releaseTensors, results } from './support.js';

releaseTensors();

const genres = ['drama', 'comedy', 'horror'];
/** A sparse tensor of entries, each a row (and whatever else its indices have) with an id or a name. */
const sparse = (
  entries: readonly (readonly [readonly number[], number | string])[],
  denseShape: number[],
): SparseTensor => {
  const values = entries.map(([, value]) => value);
  return {
    indices: tf.tensor2d(
      entries.flatMap(([indices]) => [...indices]),
      [entries.length, denseShape.length],
      'int32',
    ),
    values: typeof values[0] === 'string' ? tf.tensor1d(values as string[]) : tf.tensor1d(values as number[], 'int32'),
    denseShape,
  };
};
/** The same values as an op has made them where the backend computes. */
const computed = ({ indices, values, denseShape }: SparseTensor): SparseTensor => ({
  indices: tf.tidy(() => tf.sub(tf.add(indices, tf.scalar(1, 'int32')), tf.scalar(1, 'int32'))) as tf.Tensor2D,
  values: tf.tidy(() => tf.sub(tf.add(values, tf.scalar(1, 'int32')), tf.scalar(1, 'int32'))) as tf.Tensor1D,
  denseShape,
});

describe('lines 52 and 53: the loss of a MultiLabelHead', () => {
  it('is that of the documented example', async () => {
    const [labels, logits] = [
      tf.tensor2d(
        [
          [1, 0],
          [1, 1],
        ],
        [2, 2],
        'int32',
      ),
      tf.tensor2d([
        [-10, 10],
        [-15, 10],
      ]),
    ];
    const tail = (x: number): number => Math.log1p(Math.exp(-x));
    const example = (10 + tail(10) + (15 + tail(15) + tail(10)) / 2) / 2;
    expect(await new MultiLabelHead({ nClasses: 2 }).loss(labels, logits).data()).toBeNear([example]); // 8.75
    expect(await new MultiLabelHead({ nClasses: 2, lossReduction: 'sum' }).loss(labels, logits).data()).toBeNear([
      2 * example,
    ]);
  });

  it.each(['sum', 'sum_over_batch_size'] as const)(
    'is the formula, soft labels and weights: %s',
    async (lossReduction) => {
      const [rows, nClasses] = [17, 5];
      const batch = {
        logits: drawValues(1, [rows, nClasses], 'logits'),
        labels: drawValues(2, [rows, nClasses], 'probability'),
        weights: drawValues(3, [rows], 'weights'),
      };
      const head = new MultiLabelHead({ nClasses, weightColumn: 'w', lossReduction });
      const features = { w: tf.tensor2d(batch.weights, [rows, 1]) };
      const labels = tf.tensor2d(batch.labels, [rows, nClasses]);
      const { value, grad } = tf.valueAndGrad((x) => head.loss(labels, x, { features }))(
        tf.tensor2d(batch.logits, [rows, nClasses]),
      );
      const { loss, gradient } = trainingLossOfRows(multiLabelCrossEntropy, batch, nClasses, lossReduction);
      expect(await value.data()).toBeNear([loss]);
      expect(await grad.data()).toBeNear(gradient);
    },
  );

  it('has the second derivatives of the sigmoids', async () => {
    const [x, z, along] = [
      [0.5, -1, 2],
      [1, 0, 0.5],
      [1, -2, 0.25],
    ];
    const slope = (logits: tf.Tensor): tf.Tensor =>
      tf.grad((y) => new MultiLabelHead({ nClasses: 3 }).loss(tf.tensor2d([z]), y))(logits);
    const products = multiLabelCrossEntropy
      .hessian(x, z)
      .map((row, i) => ({ value: (row[i]?.value as number) * (along[i] as number), scale: 1 }));
    expect(
      await tf
        .grad(slope)(tf.tensor2d([x]), tf.tensor2d([along]))
        .data(),
    ).toBeNear(products);
  });

  it.each([
    ['indicators out of range', () => tf.tensor2d([[0, 1, 2]]), 'LABELS_RANGE', ['[0, 1]', '2 at index 2']],
    [
      'one label for all classes',
      () => tf.tensor2d([[1]]),
      'LABELS_SHAPE',
      ['Mismatched', 'labels dimension=3', '[1,1]'],
    ],
    [
      'as many as classes, of one rank less',
      () => tf.tensor1d([1, 0, 1]),
      'LABELS_SHAPE',
      ['Mismatched', '[3]', '[1,3]'],
    ],
    ['dense names', () => tf.tensor2d([['drama', 'comedy', 'horror']]), 'LABELS_DTYPE', ['labels', 'string']],
  ] as const)('refuses %s', (_, labels, code, fragments) => {
    expect(() =>
      new MultiLabelHead({ nClasses: 3, labelVocabulary: genres }).loss(labels(), tf.zeros([1, 3])),
    ).toThrowCoded(code, fragments);
  });
});

describe('line 54: sparse labels of a MultiLabelHead', () => {
  // The classes 1 and 0, none, then 2 twice; the places in the last dimension mean nothing.
  const entries = [
    [[0, 0], 1],
    [[0, 7], 0],
    [[2, 3], 2],
    [[2, 4], 2],
  ] as const;
  const indicator = [
    [1, 1, 0],
    [0, 0, 0],
    [0, 0, 1],
  ];
  const logits = (): tf.Tensor =>
    tf.tensor2d([
      [1, -2, 0.5],
      [2, 1, -1],
      [0, 3, -0.25],
    ]);
  const loss = async (
    labels: tf.Tensor | SparseTensor,
    head = new MultiLabelHead({ nClasses: 3, labelVocabulary: genres }),
    x = logits(),
  ): Promise<number> => (await head.loss(labels, x).data())[0] as number;

  it('are ids or names, from the host or made on the device: the loss of their indicator', async () => {
    const expected = await loss(tf.tensor2d(indicator));
    const ids = sparse(entries, [3, 8]);
    const names = sparse(
      entries.map(([indices, id]) => [indices, genres[id] as string]),
      [3, 8],
    );
    for (const labels of [ids, names, computed(ids), sparse(entries, [3, 100])])
      expect(await loss(labels)).toBe(expected);
    expect(await loss(computed(ids), new MultiLabelHead({ nClasses: 3 }))).toBe(expected);
    expect(await loss(sparse(entries.toReversed(), [3, 8]))).toBe(expected);
  });

  it('may be of a higher rank, or none at all', async () => {
    const deep = sparse(
      entries.map(([[row, place], id]) => [[0, row, place], id]),
      [1, 3, 8],
    );
    for (const labels of [deep, computed(deep)]) {
      expect([await loss(labels, undefined, tf.reshape(logits(), [1, 3, 3]))]).toBeNear([
        await loss(tf.tensor2d(indicator)),
      ]);
    }
    const none = { indices: tf.tensor2d([], [0, 2], 'int32'), values: tf.tensor1d([], 'int32'), denseShape: [3, 0] };
    expect(await loss(none)).toBe(await loss(tf.zeros([3, 3])));
  });

  it('give metrics, too', async () => {
    const head = new MultiLabelHead({ nClasses: 3, classesForClassBasedMetrics: [2, 0] });
    const of = (labels: tf.Tensor | SparseTensor): Promise<Record<string, number>> =>
      results(head.updateMetrics(head.metrics(), {}, logits(), labels));
    expect(await of(computed(sparse(entries, [3, 8])))).toEqual(await of(tf.tensor2d(indicator)));
  });

  it.each([
    ['an id too large', [[[0, 0], 3]], [3, 1], 'LABELS_RANGE', ['[0, 3)', '3 at index 0 of labels.values']],
    [
      'an id too small',
      [
        [[0, 0], 1],
        [[1, 0], -1],
      ],
      [3, 1],
      'LABELS_RANGE',
      ['[0, 3)', '-1 at index 1'],
    ],
    ['another name', [[[0, 0], 'noir']], [3, 1], 'LABELS_RANGE', ["'noir'", 'labels.values']],
    ['other rows than the logits', [[[0, 0], 1]], [2, 1], 'LABELS_SHAPE', ['[3,any]', '[2,1]']],
    ['another rank than the logits', [[[0, 0, 0], 1]], [3, 1, 1], 'LABELS_SHAPE', ['[3,any]', '[3,1,1]']],
    ['a row that there is not', [[[3, 0], 1]], [3, 1], 'LABELS_SHAPE', ['denseShape', '3 at axis 0 of entry 0']],
  ] as const)('are not %s', (_, given, shape, code, fragments) => {
    const labels = sparse(given as never, [...shape]);
    expect(() => new MultiLabelHead({ nClasses: 3, labelVocabulary: genres }).loss(labels, logits())).toThrowCoded(
      code,
      fragments,
    );
  });

  it('whose ids or rows are wrong where only a device knows give an error, not a number', async () => {
    const head = new MultiLabelHead({ nClasses: 3 });
    for (const wrong of [
      [[0, 0], 3],
      [[0, 0], -1],
      [[3, 0], 1],
      [[-1, 0], 1],
    ] as const) {
      const labels = computed(sparse([[[1, 0], 1], wrong], [3, 1]));
      const read = async (): Promise<number> => loss(labels, head);
      await expect(read()).rejects.toMatchObject({ code: expect.stringMatching(/^LABELS_(RANGE|SHAPE)$/) as string });
    }
  });

  it.each([
    [
      'floats',
      () => ({ ...sparse([[[0, 0], 1]], [3, 1]), values: tf.tensor1d([1]) }),
      'LABELS_DTYPE',
      ['integer', 'labels.values', 'float32'],
    ],
    [
      'names without a vocabulary',
      () => sparse([[[0, 0], 'drama']], [3, 1]),
      'LABELS_DTYPE',
      ['labels.values', 'string', 'label_vocabulary'],
    ],
    [
      'of float indices',
      () => ({ ...sparse([[[0, 0], 1]], [3, 1]), indices: tf.tensor2d([[0, 0]]) }),
      'LABELS_SHAPE',
      ['labels.indices', 'float32'],
    ],
    [
      'of too few indices',
      () => ({ ...sparse([[[0, 0], 1]], [3, 1]), values: tf.tensor1d([1, 2], 'int32') }),
      'LABELS_SHAPE',
      ['labels.indices', '[1,2]', '[2]'],
    ],
  ] as const)('are not %s', (_, labels, code, fragments) => {
    expect(() => new MultiLabelHead({ nClasses: 3 }).loss(labels(), logits())).toThrowCoded(code, fragments);
  });
});

describe('lines 55 and 56: the metrics of a MultiLabelHead', () => {
  const [rows, nClasses] = [33, 3];

  it.each([
    ['ids, one twice', [2, 0, 2], undefined, ['class2', 'class0']],
    ['ids with a vocabulary', [2, 0], genres, ['horror', 'drama']],
    ['names', ['comedy', 'drama'], genres, ['comedy', 'drama']],
  ] as const)('are in order, with classes by %s', (_, classesForClassBasedMetrics, labelVocabulary, names) => {
    const head = new MultiLabelHead({
      nClasses,
      thresholds: [0.25],
      labelVocabulary,
      classesForClassBasedMetrics,
      name: 'film',
    });
    const keys = [
      'average_loss',
      'auc',
      'auc_precision_recall',
      'regularization_loss',
      ...['accuracy', 'precision', 'recall'].map((key) => `${key}/positive_threshold_0.25`),
    ];
    const ofClasses = names.flatMap((name) =>
      ['probability_mean', 'auc', 'auc_precision_recall'].map((key) => `${key}/${name}`),
    );
    expect(Object.keys(head.metrics({ regularizationLosses: [tf.scalar(1)] }))).toEqual(
      [...keys, ...ofClasses].map((key) => `${key}/film`),
    );
  });

  it('are pooled over classes, or those of a class, over batches with weights', async () => {
    const head = new MultiLabelHead({
      nClasses,
      thresholds: [0.5, 0.75],
      weightColumn: 'w',
      classesForClassBasedMetrics: [1, 2],
    });
    const batches = [1, 2].map((seed) => ({
      logits: drawValues(seed, [rows, nClasses], 'logits'),
      labels: drawValues(10 + seed, [rows, nClasses], 'binary'),
      weights: drawValues(20 + seed, [rows], 'weights'),
    }));
    const metrics = head.metrics();
    for (const { logits, labels, weights } of batches) {
      head.updateMetrics(
        metrics,
        { w: tf.tensor1d(weights) },
        tf.tensor2d(logits, [rows, nClasses]),
        tf.tensor2d(labels, [rows, nClasses]),
      );
    }
    const got = await results(metrics);

    const samples = batches.flatMap(({ logits, labels, weights }) =>
      logits.map((logit, i) => ({
        prediction: sigmoidOf(logit),
        label: labels[i] as number,
        weight: weights[Math.floor(i / nClasses)] as number,
        id: i % nClasses,
      })),
    );
    const expected: Record<string, number> = {};
    const curves = (suffix: string, some: typeof samples): void => {
      const { auc, auc_precision_recall } = binaryMetrics(some);
      Object.assign(expected, { [`auc${suffix}`]: auc, [`auc_precision_recall${suffix}`]: auc_precision_recall });
    };
    curves('', samples);
    for (const id of [1, 2]) {
      const some = samples.filter((sample) => sample.id === id);
      curves(`/class${id}`, some);
      const total = some.reduce((sum, { weight }) => sum + weight, 0);
      expected[`probability_mean/class${id}`] =
        some.reduce((sum, { prediction, weight }) => sum + prediction * weight, 0) / total;
    }
    for (const threshold of [0.5, 0.75]) {
      const at = binaryMetrics(samples, threshold);
      for (const key of ['accuracy', 'precision', 'recall'])
        expected[`${key}/positive_threshold_${threshold}`] = at[key] as number;
    }
    const all = {
      logits: batches.flatMap(({ logits }) => logits),
      labels: batches.flatMap(({ labels }) => labels),
      weights: batches.flatMap(({ weights }) => weights),
    };
    const weight = all.weights.reduce((sum, each) => sum + each, 0);
    expected['average_loss'] = trainingLossOfRows(multiLabelCrossEntropy, all, nClasses, 'sum').loss.value / weight;
    expect(Object.keys(got).toSorted()).toEqual(Object.keys(expected).toSorted());
    for (const [key, value] of Object.entries(expected)) expect([got[key] as number]).toBeNear([{ value, scale: 1 }]);
  });
});

it('line 57: a MultiLabelHead predicts logits, probabilities and the list of classes, and exports them', async () => {
  const head = new MultiLabelHead({ nClasses: 3, labelVocabulary: genres });
  for (const leading of [[2], [1, 2]]) {
    const predictions = head.predictions(tf.tensor([0, 1, -1, 2, -2, 0], [...leading, 3]));
    expect(Object.entries(predictions).map(([key, { shape, dtype }]) => [key, shape, dtype])).toEqual([
      ['logits', [...leading, 3], 'float32'],
      ['probabilities', [...leading, 3], 'float32'],
      ['classes', [...leading, 3], 'string'],
    ]);
    expect(await predictions.probabilities.data()).toBeNear([0, 1, -1, 2, -2, 0].map(sigmoidOf));
    expect(await predictions.classes.data()).toEqual([...genres, ...genres]);
  }
  const spec = head.createEstimatorSpec({ mode: 'infer', logits: tf.zeros([1, 3]) });
  expect(Object.entries(spec.exportOutputs ?? {}).map(([key, { kind }]) => [key, kind])).toEqual([
    ['serving_default', 'classification'],
    ['classification', 'classification'],
    ['predict', 'predict'],
  ]);
  spec.dispose();
  expect(() => head.predictions(tf.zeros([1, 3]), ['class_ids' as never])).toThrowCoded('PREDICTION_KEY_INVALID', [
    'given: class_ids',
  ]);
});
