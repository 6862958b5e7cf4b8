import * as tf from '@tensorflow/tfjs-core';
import { LogisticRegressionHead, PoissonRegressionHead, RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { expect } from '@tfjs-heads/conformance-kit/matchers';
import { results } from './support/metrics.js';
import { releaseTensors } from './support/release.js';

releaseTensors();

describe('lines 35 to 37: the documented example', () => {
  const head = new RegressionHead();
  const labels = () => tf.tensor2d([[43], [44]], [2, 1], 'int32');
  const logits = () => tf.tensor2d([[45], [41]]);

  it('has the loss 6.50', async () => {
    expect((await head.loss(labels(), logits()).array()).toFixed(2)).toBe('6.50');
  });

  it('has the metrics average_loss 6.50, label/mean 43.50, prediction/mean 43.00', async () => {
    const metrics = await results(head.updateMetrics(head.metrics(), {}, logits(), labels()));
    const text = Object.entries(metrics).map(([key, value]) => `${key} : ${value.toFixed(2)}`);
    expect(text).toEqual(['average_loss : 6.50', 'prediction/mean : 43.00', 'label/mean : 43.50']);
  });

  it('has the predictions 45 and 41', async () => {
    expect(await head.predictions(logits()).predictions.array()).toEqual([[45], [41]]);
  });
});

describe('line 35: the squared error in several dimensions', () => {
  it.each([
    { lossReduction: 'sum_over_batch_size', expected: 91 / 6 },
    { lossReduction: 'sum', expected: 91 },
  ] as const)(
    'is reduced by $lossReduction: divided by batch times labels, or by nothing',
    async ({ lossReduction, expected }) => {
      const head = new RegressionHead({ labelDimension: 3, lossReduction });
      expect(
        await head
          .loss(
            tf.zeros([2, 3]),
            tf.tensor2d([
              [1, 2, 3],
              [4, 5, 6],
            ]),
          )
          .data(),
      ).toBeNear([expected]);
    },
  );

  it('may have more leading dimensions, each row with its weight', async () => {
    const head = new RegressionHead({ labelDimension: 2, weightColumn: 'w' });
    const logits = tf.tensor4d([
      [[[1, 2]], [[3, 4]]],
      [[[5, 6]], [[7, 8]]],
    ]);
    const features = {
      w: tf.tensor3d([
        [[1], [0]],
        [[0], [2]],
      ]),
    };
    expect(await head.loss(tf.zerosLike(logits), logits, { features }).data()).toBeNear([(1 + 4 + 2 * (49 + 64)) / 8]);
  });

  it.each([1e-20, 1e-10, 1e10, 1e18])('keeps its precision at %d', async (scale) => {
    const loss = new RegressionHead({ lossReduction: 'sum' }).loss(
      tf.tensor2d([[0.5 * scale]]),
      tf.tensor2d([[2 * scale]]),
    );
    const difference = Math.fround(2 * scale) - Math.fround(0.5 * scale);
    // The square of 1e-20 is below the smallest float32 that every device has.
    expect(await loss.data()).toBeNear([scale < 1e-19 ? 0 : difference ** 2]);
  });

  it('takes any label, NaN and infinities included', async () => {
    for (const label of [-1e6, NaN, Infinity]) {
      expect(await new RegressionHead().loss(tf.tensor2d([[label]]), tf.zeros([1, 1])).data()).toBeNear([label ** 2]);
    }
  });
});

describe('line 39: labels and weights of rank 1, of integers and of bools', () => {
  const head = new RegressionHead({ weightColumn: 'w' });
  const logits = () => tf.tensor2d([[2], [0.5], [1]]);
  const values = [1, 0, 1];

  it.each(['float32', 'int32', 'bool'] as const)('of %s give what columns of float32 give', async (dtype) => {
    const column = (of: readonly number[]) => tf.tensor2d([...of], [3, 1], 'float32');
    const expected = await results(
      head.updateMetrics(head.metrics(), { w: column([1, 0, 1]) }, logits(), column(values)),
    );
    // (1 + 0) / 3: a row of weight 0 counts in the mean of the loss, but not in that of a metric.
    expect(expected).toEqual({ average_loss: 0.5, 'prediction/mean': 1.5, 'label/mean': 1 });
    const labels = tf.tensor1d(values, dtype);
    const features = { w: tf.tensor1d([1, 0, 1], dtype) };
    expect(await head.loss(labels, logits(), { features }).data()).toBeNear([1 / 3]);
    expect(await results(head.updateMetrics(head.metrics(), features, logits(), labels))).toEqual(expected);
    const spec = head.createEstimatorSpec({ mode: 'eval', features, labels, logits: logits() });
    expect(await spec.loss.data()).toBeNear([1 / 3]);
    expect(await results(spec.evalMetricOps)).toEqual(expected);
    expect([labels.shape, labels.dtype]).toEqual([[3], dtype]);
  });
});

describe('line 9: a mean is finite wherever it can be', () => {
  it.each([
    { rows: 33, first: 1, others: 1 },
    { rows: 33, first: 10, others: 0.5 },
    { rows: 4099, first: 10, others: 0.5 },
  ])(
    'though neither the sum of $rows losses of 1e38 is, nor one that weighs $first',
    async ({ rows, first, others }) => {
      const features = { w: tf.tensor1d(Array.from({ length: rows }, (_, row) => (row === 0 ? first : others))) };
      const [zeros, logits] = [tf.zeros([rows, 1]), tf.fill([rows, 1], 1e19)];
      const loss = new RegressionHead({ weightColumn: 'w' }).loss(zeros, logits, { features });
      expect(await loss.data()).toBeNear([(Math.fround(1e19) ** 2 * (first + (rows - 1) * others)) / rows]);
      expect(await new RegressionHead().loss(zeros, logits).data()).toBeNear([Math.fround(1e19) ** 2]);
    },
  );
});

describe('line 36: predictions', () => {
  const logits = () =>
    tf.tensor2d([
      [1, -2],
      [0, 4],
    ]);

  it('are the logits, under one key', async () => {
    const predictions = new RegressionHead({ labelDimension: 2 }).predictions(logits());
    expect(Object.keys(predictions)).toEqual(['predictions']);
    expect(await predictions.predictions.array()).toEqual([
      [1, -2],
      [0, 4],
    ]);
  });

  it('are what the inverse link makes of the logits, which then come along; the loss knows nothing of it', async () => {
    const head = new RegressionHead({
      labelDimension: 2,
      lossReduction: 'sum',
      inverseLinkFn: (x) => tf.add(tf.mul(x, 2), 1),
    });
    const predictions = head.predictions(logits());
    expect(Object.keys(predictions)).toEqual(['predictions', 'logits']);
    expect(await predictions.predictions.array()).toEqual([
      [3, -3],
      [1, 9],
    ]);
    expect(await predictions.logits?.array()).toEqual([
      [1, -2],
      [0, 4],
    ]);
    expect(await head.loss(tf.zeros([2, 2]), logits()).data()).toBeNear([21]);
  });

  it('may be some of them, in the order of the head', () => {
    const head = new RegressionHead({ labelDimension: 2, inverseLinkFn: tf.exp });
    expect(Object.keys(head.predictions(logits(), ['logits', 'predictions']))).toEqual(['predictions', 'logits']);
    expect(Object.keys(head.predictions(logits(), ['logits']))).toEqual(['logits']);
    expect(Object.keys(head.predictions(logits(), []))).toEqual(['predictions', 'logits']);
  });

  it.each(['classes', 'Predictions', '', 'logits'])('have no key %j without an inverse link', (key) => {
    const head = new RegressionHead({ labelDimension: 2 });
    const message = ['Prediction key must be in PredictionKeys', `given: ${key}`];
    expect(() => head.predictions(logits(), ['predictions', key as never])).toThrowCoded(
      'PREDICTION_KEY_INVALID',
      message,
    );
  });

  it.each([
    { what: 'without a link', inverseLinkFn: undefined },
    { what: 'with a link', inverseLinkFn: tf.exp },
    { what: 'with a link that changes nothing', inverseLinkFn: (x: tf.Tensor) => x },
  ])('belong to the caller: $what', async ({ inverseLinkFn }) => {
    const given = logits();
    const before = tf.memory().numTensors;
    const predictions = new RegressionHead({ labelDimension: 2, inverseLinkFn }).predictions(given);
    tf.dispose(predictions);
    expect(tf.memory().numTensors).toBe(before);
    expect(await given.array()).toEqual([
      [1, -2],
      [0, 4],
    ]);
  });

  it('of a link that makes integers cannot be exported', () => {
    const head = new RegressionHead({ inverseLinkFn: (x) => tf.cast(x, 'int32') });
    expect(() => head.createEstimatorSpec({ mode: 'infer', logits: tf.zeros([4, 1]) })).toThrowCoded(
      'EXPORT_OUTPUT_INVALID',
      ['value', 'int32', '[4,1]'],
    );
  });
});

it('line 37: prediction/mean is after the inverse link, weighted, and divides by labels times the sum of the weights', async () => {
  const head = new RegressionHead({ labelDimension: 2, inverseLinkFn: (x) => tf.mul(x, 10), weightColumn: 'w' });
  const metrics = head.updateMetrics(
    head.metrics(),
    { w: tf.tensor1d([1, 3]) },
    tf.tensor2d([
      [1, 2],
      [3, 4],
    ]),
    tf.tensor2d([
      [0, 0],
      [1, 2],
    ]),
  );
  expect(await results(metrics)).toEqual({
    average_loss: (5 + 3 * 8) / 8,
    'prediction/mean': (30 + 3 * 70) / 8,
    'label/mean': 9 / 8,
  });
});

describe.each(Object.entries({ RegressionHead, PoissonRegressionHead, LogisticRegressionHead }))(
  'line 38: the exports of a %s',
  (_, Head) => {
    it.each([undefined, 'h'])('are serving_default, regression and predict, whatever its name: %s', (name) => {
      const { exportOutputs, predictions } = new Head({ name }).createEstimatorSpec({
        mode: 'infer',
        logits: tf.zeros([3, 1]),
      });
      expect(Object.keys(exportOutputs)).toEqual(['serving_default', 'regression', 'predict']);
      expect(exportOutputs['serving_default']).toBe(exportOutputs['regression']);
      expect(exportOutputs['regression']).toEqual({ kind: 'regression', value: predictions.predictions });
      expect(exportOutputs['predict']).toEqual({ kind: 'predict', outputs: predictions });
    });
  },
);
