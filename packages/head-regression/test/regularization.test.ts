import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import type { RegularizationLosses } from '@tfjs-heads/head-api';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { held, releaseTensors } from './support/backend.js';
import { expect } from './support/expect.js';
import { results } from './support/heads.js';

releaseTensors();

describe('line 18: the list of regularization losses', () => {
  const head = new RegressionHead({ lossReduction: 'sum' });
  const labels = () => tf.zeros([2, 1]);
  const logits = () => tf.tensor2d([[1], [2]]);

  it.each([
    { what: 'of one', losses: () => [tf.scalar(3)], sum: 3 },
    { what: 'that is empty counts as 0', losses: () => [], sum: 0 },
    { what: 'of the same scalar twice', losses: () => Array.from<tf.Scalar>({ length: 2 }).fill(tf.scalar(3)), sum: 6 },
  ])('$what', async ({ losses, sum }) => {
    const loss = head.loss(labels(), logits(), { regularizationLosses: losses() });
    expect(await loss.data()).toEqual(Float32Array.of(5 + sum));
    const options = { regularizationLosses: losses() };
    const metrics = head.updateMetrics(head.metrics(options), {}, logits(), labels(), options);
    expect((await results(metrics))['regularization_loss']).toBe(sum);
  });

  it('may be a function, which is called once for each loss', async () => {
    let calls = 0;
    const regularizationLosses = (): tf.Scalar[] => {
      calls++;
      return [tf.scalar(3)];
    };
    expect(await head.loss(labels(), logits(), { regularizationLosses }).data()).toEqual(Float32Array.of(8));
    expect(calls).toBe(1);
    expect(head.metrics({ regularizationLosses })).toHaveProperty('regularization_loss');
  });

  it('is differentiated: an L2 penalty adds 2 c w', async () => {
    const w = tf.variable(tf.tensor2d([[3], [-1]]));
    const penalty = (): tf.Scalar[] => [tf.mul(0.5, tf.sum(tf.square(w))), tf.mul(0.25, tf.sum(tf.square(w)))] as tf.Scalar[];
    const x = tf.tensor2d([[1, 0], [0, 1]]);
    const loss = () => head.loss(labels(), tf.matMul(x, w), { regularizationLosses: penalty }) as tf.Scalar;
    const { value, grads } = tf.variableGrads(loss);
    expect(await value.data()).toBeNear([9 + 1 + 0.75 * 10]);
    expect(await grads[w.name]?.data()).toBeNear([6 + 1.5 * 3, -2 - 1.5]);
    w.dispose();
  });

  it('given to metrics() only stays 0 there', async () => {
    const metrics = head.metrics({ regularizationLosses: [tf.scalar(1)] });
    head.updateMetrics(metrics, {}, logits(), labels());
    expect(await results(metrics)).toEqual({ average_loss: 2.5, 'prediction/mean': 1.5, 'label/mean': 0, regularization_loss: 0 });
  });

  it('given to updateMetrics() only is an error that changes nothing', async () => {
    const metrics = head.metrics();
    const update = () => head.updateMetrics(metrics, {}, logits(), labels(), { regularizationLosses: [tf.scalar(1)] });
    expect(update).toThrowCoded('EVAL_METRICS_INVALID', ['evalMetrics', "'regularization_loss'"]);
    expect(await results(metrics)).toEqual({ average_loss: 0, 'prediction/mean': 0, 'label/mean': 0 });
  });

  const wrong: readonly { what: string; losses: () => unknown; message: string[] }[] = [
    { what: 'a scalar alone', losses: () => tf.scalar(1), message: ['must be a list', 'a float32 tensor of shape []'] },
    { what: 'numbers', losses: () => [1], message: ['regularizationLosses[0]', '1'] },
    { what: 'tensors of rank 1', losses: () => [tf.scalar(1), tf.tensor1d([1])], message: ['regularizationLosses[1]', '[1]'] },
    { what: 'integers', losses: () => [tf.scalar(1, 'int32')], message: ['regularizationLosses[0]', 'int32'] },
    { what: 'a function that returns no list', losses: () => () => tf.scalar(1), message: ['must be a list'] },
  ];

  it.each(wrong)('is refused as $what', ({ losses, message }) => {
    const regularizationLosses = losses() as RegularizationLosses;
    const [given, x] = [labels(), logits()];
    const before = held();
    if (typeof regularizationLosses !== 'function') {
      expect(() => head.loss(given, x, { regularizationLosses })).toThrowCoded('REGULARIZATION_LOSSES_INVALID', message);
      expect(held()).toEqual(before);
    }
    const options = { regularizationLosses };
    expect(() => head.updateMetrics(head.metrics(options), {}, x, given, options)).toThrowCoded('REGULARIZATION_LOSSES_INVALID', message);
  });
});
