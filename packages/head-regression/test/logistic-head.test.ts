import * as tf from '@tensorflow/tfjs-core';
import { LogisticRegressionHead } from '@tfjs-heads/head-regression';
import { sigmoidCrossEntropy } from '@tfjs-heads/reference';
import { describe, it } from 'vitest';
import { releaseTensors } from './support/backend.js';
import { expect } from './support/expect.js';
import { results } from './support/heads.js';

releaseTensors();

const sum = new LogisticRegressionHead({ lossReduction: 'sum' });
const loss = async (label: number, logit: number) => sum.loss(tf.tensor2d([[label]]), tf.tensor2d([[logit]])).data();

describe('line 41: the loss of a LogisticRegressionHead', () => {
  it.each([0, 0.125, 0.5, 0.9, 1])('takes the soft label %d', async (label) => {
    for (const logit of [-20, -3, -0.5, 0, 0.5, 3, 20]) {
      const z = Math.fround(label);
      expect(await loss(label, logit)).toBeNear([sigmoidCrossEntropy.loss(logit, z).value], { scale: Math.abs(logit) });
    }
  });

  it.each([
    { logit: 100, label: 0, expected: 100 },
    { logit: 100, label: 1, expected: 0 },
    { logit: -100, label: 1, expected: 100 },
    { logit: -100, label: 0, expected: 0 },
    { logit: 1e30, label: 0, expected: 1e30 },
    { logit: -1e30, label: 1, expected: 1e30 },
    { logit: 0, label: 1, expected: Math.LN2 },
  ])('is stable: $expected for the logit $logit and the label $label', async ({ logit, label, expected }) => {
    expect(await loss(label, logit)).toBeNear([expected], { scale: Math.abs(logit) });
  });

  it.each([-1e30, -200, -100, 0, 100, 200, 1e30])('has a finite gradient at %d', async (logit) => {
    const labels = tf.tensor2d([[0.25]]);
    const gradient = tf.grad((x) => sum.loss(labels, x))(tf.tensor2d([[logit]]));
    expect(await gradient.data()).toBeNear([sigmoidCrossEntropy.derivative(logit, 0.25).value], { scale: 1 });
  });

  it('of a logit that is NaN is NaN', async () => {
    expect(await loss(1, NaN)).toBeNear([NaN]);
  });
});

describe('line 41: what a LogisticRegressionHead predicts', () => {
  const head = new LogisticRegressionHead();

  it('is the sigmoid of the logits, which come along', async () => {
    const predictions = head.predictions(tf.tensor2d([[0], [2], [-2]]));
    expect(Object.keys(predictions)).toEqual(['predictions', 'logits']);
    expect(predictions.predictions).toMatchObject({ shape: [3, 1], dtype: 'float32' });
    expect(await predictions.predictions.data()).toBeNear([0.5, sigmoidCrossEntropy.predict(2).value, sigmoidCrossEntropy.predict(-2).value]);
  });

  it('has the metrics of a regression, nothing else', async () => {
    const metrics = head.updateMetrics(head.metrics(), {}, tf.tensor2d([[0], [2]]), tf.tensor1d([0.5, 1]));
    const values = await results(metrics);
    expect(Object.keys(values)).toEqual(['average_loss', 'prediction/mean', 'label/mean']);
    expect(Object.values(values)).toBeNear([(Math.LN2 + sigmoidCrossEntropy.loss(2, 1).value) / 2, (0.5 + sigmoidCrossEntropy.predict(2).value) / 2, 0.75]);
  });

  it('has no class keys', () => {
    expect(() => head.predictions(tf.zeros([1, 1]), ['classes' as never])).toThrowCoded('PREDICTION_KEY_INVALID', ['given: classes']);
  });
});

describe('an example that is predicted right with great confidence', () => {
  it.each([[20, 1], [-20, 0], [40, 1], [-80, 0], [12, 0.999], [-15, 1e-7]])('has all digits of its loss and gradient: logit %d, label %d', async (logit, z) => {
    const head = new LogisticRegressionHead();
    const [x, label] = [Math.fround(logit), Math.fround(z)];
    const { value, grad } = tf.valueAndGrad((logits) => head.loss(tf.tensor2d([[label]]), logits))(tf.tensor2d([[x]]));
    const decay = Math.exp(-Math.abs(x));
    const miss = x > 0 ? 1 - label : -label;
    expect(await value.data()).toBeNear([x * miss + Math.log1p(decay)]);
    expect(await grad.data()).toBeNear([miss - (Math.sign(x) * decay) / (1 + decay)]);
  });
});

describe('line 41: the options of a LogisticRegressionHead', () => {
  it('have the defaults of the original, and one label', () => {
    expect(new LogisticRegressionHead()).toMatchObject({ logitsDimension: 1, lossReduction: 'sum_over_batch_size', name: undefined });
    expect(() => new LogisticRegressionHead({ labelDimension: 3 } as object)).toThrowCoded('INVALID_ARGUMENT', ['labelDimension']);
  });

  it('are checked', () => {
    expect(() => new LogisticRegressionHead({ lossReduction: 'SUM' as 'sum' })).toThrowCoded('LOSS_REDUCTION_INVALID', ['SUM']);
  });
});
