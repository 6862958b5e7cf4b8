import * as tf from '@tensorflow/tfjs-core';
import { LogisticRegressionHead } from '@tfjs-heads/head-regression';
import { sigmoidCrossEntropy } from '@tfjs-heads/reference';
import { describe, it } from 'vitest';
import { expect } from '@tfjs-heads/conformance-kit/matchers';
import { results } from './support/metrics.js';
import { releaseTensors } from './support/release.js';

releaseTensors();

const sum = new LogisticRegressionHead({ lossReduction: 'sum' });
const lossOf = (label: number, logit: number) => sum.loss(tf.tensor2d([[label]]), tf.tensor2d([[logit]])).data();

describe('line 41: the loss of a LogisticRegressionHead', () => {
  it.each([0, 0.125, 0.5, 0.9, 1])('takes the soft label %d', async (label) => {
    for (const logit of [-20, -3, -0.5, 0, 0.5, 3, 20])
      expect(await lossOf(label, logit)).toBeNear([sigmoidCrossEntropy.loss(logit, Math.fround(label))]);
  });

  it.each([
    { logit: 100, label: 0, expected: 100 },
    { logit: 100, label: 1, expected: 0 },
    { logit: -100, label: 1, expected: 100 },
    { logit: -100, label: 0, expected: 0 },
    { logit: 1e30, label: 0, expected: 1e30 },
    { logit: -1e30, label: 1, expected: 1e30 },
    { logit: 0, label: 1, expected: Math.LN2 },
    { logit: NaN, label: 1, expected: NaN },
  ])('is stable: $expected for the logit $logit and the label $label', async ({ logit, label, expected }) => {
    expect(await lossOf(label, logit)).toBeNear([{ value: expected, scale: Math.abs(logit) }]);
  });

  it.each([-1e30, -200, -100, 0, 100, 200, 1e30])('has a finite gradient at %d', async (logit) => {
    const labels = tf.tensor2d([[0.25]]);
    const gradient = tf.grad((x) => sum.loss(labels, x))(tf.tensor2d([[logit]]));
    expect(await gradient.data()).toBeNear([sigmoidCrossEntropy.derivative(logit, 0.25)]);
  });

  it.each([
    [20, 1],
    [-20, 0],
    [40, 1],
    [-80, 0],
    [12, 0.999],
    [-15, 1e-7],
  ])('has all digits where a prediction is right with great confidence: logit %d, label %d', async (x, z) => {
    const label = Math.fround(z);
    const { value, grad } = tf.valueAndGrad((logits) => sum.loss(tf.tensor2d([[label]]), logits))(tf.tensor2d([[x]]));
    const decay = Math.exp(-Math.abs(x));
    const miss = x > 0 ? 1 - label : -label;
    expect(await value.data()).toBeNear([x * miss + Math.log1p(decay)]);
    expect(await grad.data()).toBeNear([miss - (Math.sign(x) * decay) / (1 + decay)]);
  });

  it('refuses labels that are no probabilities', () => {
    for (const label of [1 + 2 ** -23, -(2 ** -149), NaN]) {
      const labels = tf.tensor2d([[0.5], [label]]);
      expect(() => sum.loss(labels, tf.zeros([2, 1]))).toThrowCoded('LABELS_RANGE', [
        'Labels must be in range [0, 1]',
        'at index 1',
        '[2,1]',
      ]);
    }
  });
});

describe('line 41: what a LogisticRegressionHead predicts', () => {
  const head = new LogisticRegressionHead();

  it('is the sigmoid of the logits, which come along', async () => {
    const predictions = head.predictions(tf.tensor2d([[0], [2], [-2]]));
    expect(Object.keys(predictions)).toEqual(['predictions', 'logits']);
    expect(await predictions.predictions.data()).toBeNear([0, 2, -2].map(sigmoidCrossEntropy.predict));
  });

  it('has the metrics of a regression, nothing else', async () => {
    const values = await results(
      head.updateMetrics(head.metrics(), {}, tf.tensor2d([[0], [2]]), tf.tensor1d([0.5, 1])),
    );
    expect(Object.keys(values)).toEqual(['average_loss', 'prediction/mean', 'label/mean']);
    expect(Object.values(values)).toBeNear([
      (Math.LN2 + sigmoidCrossEntropy.loss(2, 1).value) / 2,
      (0.5 + sigmoidCrossEntropy.predict(2).value) / 2,
      0.75,
    ]);
  });

  it('has no class keys', () => {
    expect(() => head.predictions(tf.zeros([1, 1]), ['classes' as never])).toThrowCoded('PREDICTION_KEY_INVALID', [
      'given: classes',
    ]);
  });
});
