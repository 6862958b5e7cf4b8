import * as tf from '@tensorflow/tfjs-core';
import { LogisticRegressionHead, PoissonRegressionHead, RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { held } from './support/backend.js';
import { expect } from './support/expect.js';
import { results } from './support/heads.js';

// These count tensors.
const logits = tf.tensor2d([[1], [2], [3]]);
const head = new LogisticRegressionHead();

describe('lines 16, 41: labels from the host that are out of range', () => {
  const cases = [
    { what: 'above 1', values: [0, 1.5, 1], message: ['1.5'] },
    { what: 'just above 1', values: [0, 1 + 2 ** -23, 1], message: ['1.0000001'] },
    { what: 'below 0', values: [0, 1, -0.25], message: ['-0.25'] },
    { what: 'just below 0', values: [0, 1, -(2 ** -149)], message: ['-1.4'] },
    { what: 'NaN', values: [NaN, 0, 1], message: ['NaN'] },
    { what: 'infinite', values: [0, Infinity, 1], message: ['Infinity'] },
    { what: 'both, of which the upper end is told first', values: [-1, 0, 2], message: ['2 at index 2'] },
    { what: 'NaN after one below 0, since NaN is tested at the upper end', values: [-1, 0, NaN], message: ['NaN at index 2'] },
  ];

  it.each(cases)('$what', ({ values, message }) => {
    const labels = tf.tensor2d(values, [3, 1]);
    const before = held();
    const fragments = ['Labels must be in range [0, 1]', 'labels', '[3,1]', ...message];
    expect(() => head.loss(labels, logits)).toThrowCoded('LABELS_RANGE', fragments);
    expect(() => head.updateMetrics(head.metrics(), {}, logits, labels)).toThrowCoded('LABELS_RANGE', fragments);
    expect(() => head.createEstimatorSpec({ mode: 'eval', logits, labels })).toThrowCoded('LABELS_RANGE', fragments);
    expect(() => head.createEstimatorSpec({ mode: 'train', logits, labels, trainOpFn: () => 0 })).toThrowCoded('LABELS_RANGE', fragments);
    expect(held()).toEqual(before);
    labels.dispose();
  });

  it('of dtype int32', () => {
    const labels = tf.tensor1d([0, 2, 1], 'int32');
    expect(() => head.loss(labels, logits)).toThrowCoded('LABELS_RANGE', ['2 at index 1', '[3]']);
    labels.dispose();
  });

  it('leave metrics as they were', async () => {
    const [good, bad] = [tf.tensor1d([0, 1, 0.5]), tf.tensor1d([0, 1, 7])];
    const metrics = head.updateMetrics(head.metrics(), {}, logits, good);
    const before = await results(metrics);
    expect(() => head.updateMetrics(metrics, {}, logits, bad)).toThrowCoded('LABELS_RANGE');
    expect(await results(metrics)).toEqual(before);
    tf.dispose([good, bad]);
  });

  it('are not looked at to predict', () => {
    const labels = tf.tensor1d([0, 2, 1]);
    const spec = head.createEstimatorSpec({ mode: 'infer', logits, labels });
    expect(spec.mode).toBe('infer');
    spec.dispose();
    labels.dispose();
  });
});

describe('line 41: labels at the ends of the range and between them', () => {
  it.each([[0], [1], [0.5], [-0], [2 ** -149], [1 - 2 ** -24]])('%d is a label', async (label) => {
    const [labels, zero] = [tf.tensor2d([[label]]), tf.zeros([1, 1])];
    const loss = head.loss(labels, zero);
    expect(await loss.data()).toBeNear([Math.LN2]);
    tf.dispose([labels, zero, loss]);
  });
});

describe('lines 35, 40: other heads take any label', () => {
  it('of a regression, NaN and infinities included', async () => {
    for (const label of [-1e6, NaN, Infinity]) {
      const [labels, zero] = [tf.tensor2d([[label]]), tf.zeros([1, 1])];
      const loss = new RegressionHead().loss(labels, zero);
      expect(await loss.data()).toBeNear([label ** 2]);
      tf.dispose([labels, zero, loss]);
    }
  });

  it('of a Poisson regression, where a negative label makes the full loss NaN', async () => {
    const [labels, zero] = [tf.tensor2d([[-1]]), tf.zeros([1, 1])];
    const full = new PoissonRegressionHead().loss(labels, zero);
    const short = new PoissonRegressionHead({ computeFullLoss: false }).loss(labels, zero);
    expect(await full.data()).toBeNear([NaN]);
    expect(await short.data()).toBeNear([1]);
    tf.dispose([labels, zero, full, short]);
  });
});
