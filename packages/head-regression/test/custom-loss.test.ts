import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import type { LossFn, LossFnArgs } from '@tfjs-heads/head-kit';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { expect } from '@tfjs-heads/conformance-kit/matchers';
import { results } from './support/metrics.js';
import { releaseTensors } from './support/release.js';

releaseTensors();

describe('line 17: a custom loss', () => {
  it('gets float32 labels and logits of the same shape, and the features', () => {
    const calls: LossFnArgs[] = [];
    const head = new RegressionHead({
      lossFn: (args) => {
        calls.push(args);
        return tf.zerosLike(args.logits);
      },
    });
    const features = { w: tf.ones([3]), other: tf.zeros([3, 9]) };
    head.loss(tf.tensor1d([1, 2, 3], 'int32'), tf.tensor2d([[1], [2], [3]], [3, 1], 'int32'), { features });
    head.loss(tf.tensor1d([true, false, true], 'bool'), tf.zeros([3, 1]));
    expect(calls).toHaveLength(2);
    for (const { labels, logits } of calls) {
      expect(labels).toMatchObject({ dtype: 'float32', shape: [3, 1] });
      expect(logits).toMatchObject({ dtype: 'float32', shape: [3, 1] });
    }
    expect(calls[0]?.features).toBe(features);
    expect(calls[1]?.features).toEqual({});
    expect(Object.keys(calls[0] ?? {}).toSorted()).toEqual(['features', 'labels', 'logits']);
  });

  it('may use the features', async () => {
    const head = new RegressionHead({
      lossFn: ({ labels, logits, features }) => tf.mul(tf.sub(logits, labels), features['f'] as tf.Tensor),
    });
    const loss = head.loss(tf.zeros([2, 1]), tf.tensor2d([[1], [2]]), { features: { f: tf.tensor2d([[10], [100]]) } });
    expect(await loss.data()).toBeNear([105]);
  });

  it('may return integers, which are reduced in float32', async () => {
    const head = new RegressionHead({ lossFn: ({ logits }) => tf.cast(logits, 'int32') });
    const loss = head.loss(tf.zeros([2, 1]), tf.tensor2d([[1], [2]]));
    expect(loss.dtype).toBe('float32');
    expect(await loss.data()).toBeNear([1.5]);
  });

  it('has a gradient of second order, too', async () => {
    const head = new RegressionHead({
      lossFn: ({ labels, logits }) => tf.pow(tf.sub(logits, labels), 3),
      lossReduction: 'sum',
    });
    const labels = tf.tensor2d([[0], [1]]);
    const second = tf.grad((y) => tf.sum(tf.grad((x) => head.loss(labels, x))(y)))(tf.tensor2d([[1], [3]]));
    expect(await second.data()).toBeNear([6, 12]);
  });

  it('is also what average_loss is the mean of', async () => {
    const head = new RegressionHead({ lossFn: ({ logits }) => tf.mul(logits, 10), weightColumn: 'w' });
    const metrics = head.updateMetrics(
      head.metrics(),
      { w: tf.tensor1d([1, 3]) },
      tf.tensor2d([[1], [2]]),
      tf.zeros([2, 1]),
    );
    expect([(await results(metrics))['average_loss']]).toBeNear([70 / 4]);
  });
});

describe('line 17: a custom loss that is refused', () => {
  it.each([7, 'squared', {}, null])('%j, when the head is made', (lossFn) => {
    expect(() => new RegressionHead({ lossFn: lossFn as unknown as LossFn })).toThrowCoded('LOSS_FN_INVALID', [
      'lossFn',
      'labels, logits',
    ]);
  });

  it('keeps an error of its own', () => {
    const head = new RegressionHead({
      lossFn: () => {
        throw new TypeError('mine');
      },
    });
    expect(() => head.loss(tf.zeros([4, 1]), tf.zeros([4, 1]))).toThrow(TypeError);
  });
});
