import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { ModeKeys, type Head, type Reduction } from '@tfjs-heads/head-api';
import { LogisticRegressionHead, RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { releaseTensors } from './support/backend.js';
import { expect } from './support/expect.js';
import { results, threeHeads } from './support/heads.js';

releaseTensors();

const [labels, logits] = [tf.keep(tf.tensor2d([[0], [1]])), tf.keep(tf.tensor2d([[1], [3]]))];

describe.each(threeHeads)('line 2: the reduction of a $head', ({ create }) => {
  it.each(['auto', 'sum', 'sum_over_batch_size'] as const)('may be %s', (lossReduction) => {
    expect(create({ lossReduction }).lossReduction).toBe(lossReduction);
  });

  it.each(['none', 'SUM', 'Sum', 'mean', '', 7, null, {}])('may not be %j', (lossReduction) => {
    const message = ['Invalid loss_reduction', 'lossReduction', 'auto, sum, sum_over_batch_size'];
    expect(() => create({ lossReduction: lossReduction as Reduction })).toThrowCoded('LOSS_REDUCTION_INVALID', message);
  });
});

describe.each(threeHeads)('line 5: the name of a $head', ({ create }) => {
  const tags = (head: Head) => {
    const regularizationLosses = [tf.scalar(1)];
    const spec = head.createEstimatorSpec({ mode: 'train', logits, labels, regularizationLosses, trainOpFn: () => 0 });
    const summaries = spec.mode === 'train' ? Object.keys(spec.summaries) : [];
    spec.dispose();
    return { metrics: Object.keys(head.metrics({ regularizationLosses })), summaries, predictions: Object.keys(head.predictions(logits)) };
  };

  it('ends the keys of metrics and summaries, not those of predictions', () => {
    const named = tags(create({ name: 'price' }));
    expect(named.metrics).toEqual(['average_loss/price', 'prediction/mean/price', 'label/mean/price', 'regularization_loss/price']);
    expect(named.summaries).toEqual(['loss/price', 'regularization_loss/price']);
    expect(named.predictions[0]).toBe('predictions');
  });

  it.each([undefined, ''])('ends nothing when it is %j', (name) => {
    const unnamed = tags(create(name === undefined ? {} : { name }));
    expect(unnamed.metrics).toEqual(['average_loss', 'prediction/mean', 'label/mean', 'regularization_loss']);
    expect(unnamed.summaries).toEqual(['loss', 'regularization_loss']);
  });

  it('must be a string', () => {
    expect(() => create({ name: 7 as unknown as string })).toThrowCoded('INVALID_ARGUMENT', ['name', '7']);
  });
});

describe('line 8: the order of arguments', () => {
  it('is labels, logits for loss; features, logits, labels for updateMetrics', async () => {
    const head = new LogisticRegressionHead();
    // The labels 0, 1 would do for logits, but the logits 1, 3 not for labels. Both are new: a GPU
    // must not have them yet.
    expect(() => head.loss(tf.tensor2d([[1], [3]]), tf.tensor2d([[0], [1]]))).toThrowCoded('LABELS_RANGE');
    const update = () => head.updateMetrics(head.metrics(), {}, tf.tensor2d([[0], [1]]), tf.tensor2d([[1], [3]]));
    expect(update).toThrowCoded('LABELS_RANGE');
    expect(() => head.loss(labels, logits)).not.toThrow();
    const metrics = await results(head.updateMetrics(head.metrics(), {}, logits, labels));
    expect(metrics['label/mean']).toBe(0.5);
  });

  it('leaves out what has a default', async () => {
    const head = new RegressionHead();
    expect(await head.loss(labels, logits).data()).toEqual(await head.loss(labels, logits, {}).data());
    expect(Object.keys(head.predictions(logits))).toEqual(Object.keys(head.predictions(logits, undefined)));
    expect(Object.keys(head.metrics())).toEqual(Object.keys(head.metrics({ regularizationLosses: undefined })));
    expect(await results(head.updateMetrics(head.metrics(), undefined, logits, labels))).toEqual(
      await results(head.updateMetrics(head.metrics(), {}, logits, labels, {})),
    );
  });

  it('does not let the mode of a loss or an update matter', async () => {
    const head = new RegressionHead();
    for (const mode of Object.values(ModeKeys)) {
      expect(await head.loss(labels, logits, { mode }).data()).toEqual(Float32Array.of(2.5));
      const metrics = head.updateMetrics(head.metrics(), {}, logits, labels, { mode });
      expect((await results(metrics))['average_loss']).toBe(2.5);
    }
  });

  it.each(threeHeads)('is the contract of version 1 for a $head', ({ create }) => {
    expect(create().apiVersion).toBe(1);
  });
});
