import * as tf from '@tensorflow/tfjs-core';
import { BinaryClassHead, binaryOrMultiClassHead, MultiClassHead } from '@tfjs-heads/head-classification';
import { drawValues, softmaxCrossEntropy, softmaxOf, trainingLossOfRows } from '@tfjs-heads/reference';
import { describe, it } from 'vitest';
import { expect } from '@tfjs-heads/conformance-kit/matchers';
import { releaseTensors, results } from './support.js';

releaseTensors();

const species = ['Adelie', 'Chinstrap', 'Gentoo'];
const ids = (...values: number[]): tf.Tensor => tf.tensor(values, [values.length, 1], 'int32');

describe('line 48: the loss of a MultiClassHead', () => {
  it('is that of the documented example', async () => {
    const logits = tf.tensor2d([
      [10, 0, 0],
      [0, 10, 0],
    ]);
    expect(await new MultiClassHead({ nClasses: 3 }).loss(ids(1, 1), logits).data()).toBeNear([5 + 2 * Math.exp(-10)]);
    expect(await new MultiClassHead({ nClasses: 3, lossReduction: 'sum' }).loss(ids(1, 1), logits).data()).toBeNear([
      10 + 4 * Math.exp(-10),
    ]);
  });

  it.each(['sum', 'sum_over_batch_size'] as const)('is the formula, with weights: %s', async (lossReduction) => {
    for (const nClasses of [3, 10]) {
      const rows = 17;
      const batch = {
        logits: drawValues(1, [rows, nClasses], 'logits'),
        labels: drawValues(2, [rows, 1], 'class', nClasses),
        weights: drawValues(3, [rows], 'weights'),
      };
      const head = new MultiClassHead({ nClasses, weightColumn: 'w', lossReduction });
      const features = { w: tf.tensor1d(batch.weights) };
      const { value, grad } = tf.valueAndGrad((x) => head.loss(ids(...batch.labels), x, { features }))(
        tf.tensor2d(batch.logits, [rows, nClasses]),
      );
      const { loss, gradient } = trainingLossOfRows(softmaxCrossEntropy, batch, nClasses, lossReduction);
      expect(await value.data()).toBeNear([loss]);
      expect(await grad.data()).toBeNear(gradient);
    }
  });

  it.each([
    { logits: [1e4, -1e4, 0], label: 1, loss: 2e4, gradient: [1, -1, 0] },
    { logits: [1e4, -1e4, 0], label: 0, loss: 0, gradient: [0, 0, 0] },
    { logits: [-1e4, -1e4, -1e4], label: 2, loss: Math.log(3), gradient: [1 / 3, 1 / 3, -2 / 3] },
    { logits: [1e4, 1e4, -1e4], label: 0, loss: Math.LN2, gradient: [-0.5, 0.5, 0] },
  ])('is stable for $logits and the class $label', async ({ logits, label, loss, gradient }) => {
    const head = new MultiClassHead({ nClasses: 3 });
    const { value, grad } = tf.valueAndGrad((x) => head.loss(ids(label), x))(tf.tensor2d([logits]));
    expect(await value.data()).toBeNear([{ value: loss, scale: 1 }]);
    expect(await grad.data()).toBeNear(gradient.map((each) => ({ value: each, scale: 1 })));
  });

  it('has the second derivatives of the softmax', async () => {
    const [x, along] = [
      [0.5, -1, 2],
      [1, -2, 0.25],
    ];
    const head = new MultiClassHead({ nClasses: 3 });
    const slope = (logits: tf.Tensor): tf.Tensor => tf.grad((y) => head.loss(ids(1), y))(logits);
    const products = softmaxCrossEntropy
      .hessian(x, [1])
      .map((row) => ({ value: row.reduce((sum, { value }, j) => sum + value * (along[j] as number), 0), scale: 2 }));
    expect(
      await tf
        .grad(slope)(tf.tensor2d([x]), tf.tensor2d([along]))
        .data(),
    ).toBeNear(products);
  });
});

describe('line 49: the labels of a MultiClassHead', () => {
  const head = new MultiClassHead({ nClasses: 3 });
  const named = new MultiClassHead({ nClasses: 3, labelVocabulary: species });
  const logits = (): tf.Tensor =>
    tf.tensor2d([
      [1, 2, 3],
      [3, 2, 1],
    ]);

  it('are int32 ids or, with a vocabulary, its names', async () => {
    const expected = await head.loss(ids(2, 0), logits()).data();
    for (const shape of [[2, 1], [2]]) {
      expect(await head.loss(tf.tensor([2, 0], shape, 'int32'), logits()).data()).toEqual(expected);
      expect(await named.loss(tf.tensor(['Gentoo', 'Adelie'], shape), logits()).data()).toEqual(expected);
    }
  });

  it.each([
    [
      'floats',
      () => head.loss(tf.tensor2d([[1], [0]]), logits()),
      'LABELS_DTYPE',
      ['Labels dtype should be integer', 'float32', '[2,1]'],
    ],
    [
      'bools',
      () => head.loss(tf.tensor2d([[true], [false]]), logits()),
      'LABELS_DTYPE',
      ['Labels dtype should be integer', 'bool'],
    ],
    [
      'strings without a vocabulary',
      () => head.loss(tf.tensor(['1', '0'], [2, 1]), logits()),
      'LABELS_DTYPE',
      ['Labels dtype should be integer', 'string'],
    ],
    [
      'ids with a vocabulary',
      () => named.loss(ids(1, 0), logits()),
      'LABELS_DTYPE',
      ['Labels dtype should be string', 'int32'],
    ],
    ['an id too large', () => head.loss(ids(0, 3), logits()), 'LABELS_RANGE', ['[0, 2]', '3 at index 1', '[2,1]']],
    ['an id too small', () => head.loss(ids(-1, 0), logits()), 'LABELS_RANGE', ['[0, 2]', '-1 at index 0']],
    [
      'another name',
      () => named.loss(tf.tensor(['Gentoo', 'Emperor'], [2, 1]), logits()),
      'LABELS_RANGE',
      ["'Emperor'", 'index 1'],
    ],
    ['one for each logit', () => head.loss(tf.zeros([2, 3], 'int32'), logits()), 'LABELS_SHAPE', ['[2,1]', '[2,3]']],
  ] as const)('are not %s', (_, run, code, fragments) => expect(run).toThrowCoded(code, fragments));
});

describe('line 50: what a MultiClassHead predicts', () => {
  it('is six keys in order; of equal logits the lowest id', async () => {
    const x = [
      [1, 3, 2],
      [2, 2, 2],
      [0, 5, 5],
      [-1, -2, -1],
    ];
    for (const leading of [[4], [2, 2]]) {
      const predictions = new MultiClassHead({ nClasses: 3, labelVocabulary: species }).predictions(
        tf.tensor(x.flat(), [...leading, 3]),
      );
      expect(Object.entries(predictions).map(([key, { shape, dtype }]) => [key, shape, dtype])).toEqual([
        ['logits', [...leading, 3], 'float32'],
        ['probabilities', [...leading, 3], 'float32'],
        ['class_ids', [...leading, 1], 'int32'],
        ['classes', [...leading, 1], 'string'],
        ['all_class_ids', [...leading, 3], 'int32'],
        ['all_classes', [...leading, 3], 'string'],
      ]);
      expect(await predictions.probabilities.data()).toBeNear(
        softmaxOf({ shape: [4, 3], values: x.flat() }).values.map((value) => ({ value, scale: 1 })),
      );
      expect(Array.from(await predictions.class_ids.data())).toEqual([1, 0, 1, 0]);
      expect(await predictions.classes.data()).toEqual(['Chinstrap', 'Adelie', 'Chinstrap', 'Adelie']);
      expect(Array.from(await predictions.all_class_ids.data())).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
      expect(await predictions.all_classes.data()).toEqual([...species, ...species, ...species, ...species]);
    }
    expect(() => new MultiClassHead({ nClasses: 3 }).predictions(tf.zeros([1, 3]), ['logistic' as never])).toThrowCoded(
      'PREDICTION_KEY_INVALID',
      ['given: logistic'],
    );
  });
});

describe('lines 20 and 51: metrics and exports of a MultiClassHead', () => {
  it('are a weighted loss and accuracy, the regularization loss between them', async () => {
    const head = new MultiClassHead({ nClasses: 3, weightColumn: 'w' });
    const regularizationLosses = [tf.scalar(1.5)];
    const metrics = head.metrics({ regularizationLosses });
    expect(Object.keys(metrics)).toEqual(['average_loss', 'regularization_loss', 'accuracy']);
    const logits = [
      [10, 0, 0],
      [0, 10, 0],
      [0, 0, 10],
    ];
    head.updateMetrics(metrics, { w: tf.tensor1d([1, 2]) }, tf.tensor2d(logits.slice(0, 2)), ids(0, 0), {
      regularizationLosses,
    });
    head.updateMetrics(metrics, { w: tf.tensor1d([0.5]) }, tf.tensor2d(logits.slice(2)), ids(2), {
      regularizationLosses,
    });
    const small = Math.log1p(2 * Math.exp(-10));
    const { average_loss, accuracy, regularization_loss } = await results(metrics);
    expect([average_loss, accuracy, regularization_loss] as number[]).toBeNear([
      (small * 3.5 + 20) / 3.5,
      1.5 / 3.5,
      1.5,
    ]);
  });

  it('has no export as a regression', () => {
    const spec = new MultiClassHead({ nClasses: 3 }).createEstimatorSpec({ mode: 'infer', logits: tf.zeros([1, 3]) });
    expect(Object.keys(spec.exportOutputs ?? {})).toEqual(['serving_default', 'classification', 'predict']);
    spec.dispose();
  });

  it('a custom loss is given int32 ids', async () => {
    const lossFn = ({ labels, logits }: { labels: tf.Tensor; logits: tf.Tensor }): tf.Tensor => {
      expect([labels.dtype, labels.shape]).toEqual(['int32', [2, 1]]);
      return tf.sub(tf.max(logits, -1, true), tf.cast(labels, 'float32'));
    };
    const head = new MultiClassHead({ nClasses: 3, labelVocabulary: species, lossFn });
    expect(
      await head
        .loss(
          tf.tensor(['Gentoo', 'Adelie']),
          tf.tensor2d([
            [5, 0, 0],
            [0, 0, 7],
          ]),
        )
        .data(),
    ).toBeNear([5]);
  });
});

it('the head of two classes is binary, of more it is not', () => {
  expect(binaryOrMultiClassHead({ nClasses: 2, name: 'a' })).toBeInstanceOf(BinaryClassHead);
  expect(binaryOrMultiClassHead({ nClasses: 2, name: 'a' }).name).toBe('a');
  expect(binaryOrMultiClassHead({ nClasses: 3 })).toBeInstanceOf(MultiClassHead);
});
