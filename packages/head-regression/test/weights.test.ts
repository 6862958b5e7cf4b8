import * as tf from '@tensorflow/tfjs-core';
import type { Features } from '@tfjs-heads/head-api';
import { numericColumn, type WeightColumn } from '@tfjs-heads/head-kit';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { releaseTensors } from './support/backend.js';
import { expect } from './support/expect.js';
import { results } from './support/heads.js';

releaseTensors();

// Squared errors 1, 4, 9; with weights 1, 2, 3 the sum is 36.
const logits = (): tf.Tensor => tf.tensor2d([[1], [2], [3]]);
const labels = (): tf.Tensor => tf.zeros([3, 1]);

async function sumWith(weightColumn: WeightColumn, features: Features): Promise<number | undefined> {
  const head = new RegressionHead({ weightColumn, lossReduction: 'sum' });
  const [sum] = await head.loss(labels(), logits(), { features }).data();
  return sum;
}

describe('line 11: the weight column', () => {
  it('is a string', async () => {
    expect(await sumWith('w', { w: tf.tensor1d([1, 2, 3]), other: tf.ones([7]) })).toBe(36);
  });

  it('is a numeric column', async () => {
    expect(await sumWith(numericColumn('w'), { w: tf.tensor1d([1, 2, 3]) })).toBe(36);
  });

  it('is a numeric column whose shape is not enforced', async () => {
    const head = new RegressionHead({ labelDimension: 2, weightColumn: numericColumn('w', { shape: 7 }), lossReduction: 'sum' });
    const loss = head.loss(tf.zeros([1, 2]), tf.tensor2d([[1, 2]]), { features: { w: tf.tensor2d([[5, 7]]) } });
    expect(await loss.data()).toEqual(Float32Array.of(5 + 28));
  });

  it('is a numeric column with a normalizer, which sees the raw feature', async () => {
    const seen: { dtype: string; shape: number[] }[] = [];
    const normalizerFn = (feature: tf.Tensor): tf.Tensor => {
      seen.push({ dtype: feature.dtype, shape: feature.shape });
      return tf.sub(feature, tf.scalar(10, 'int32'));
    };
    const column = numericColumn('w', { normalizerFn });
    expect(await sumWith(column, { w: tf.tensor1d([11, 12, 13], 'int32') })).toBe(36);
    expect(await sumWith(column, { w: tf.tensor2d([[11], [12], [13]], [3, 1], 'int32') })).toBe(36);
    expect(seen).toEqual([{ dtype: 'int32', shape: [3, 1] }, { dtype: 'int32', shape: [3, 1] }]);
  });

  it('has its weights as they are after the normalizer', async () => {
    const fewer = numericColumn('w', { normalizerFn: () => tf.ones([2, 1]) });
    await expect(sumWith(fewer, { w: tf.ones([3]) })).rejects.toMatchObject({ code: 'WEIGHTS_SHAPE' });
  });

  it.each(['int32', 'bool'] as const)('holds weights of dtype %s', async (dtype) => {
    expect(await sumWith('w', { w: tf.tensor1d([1, 0, 1], dtype) })).toBe(10);
    expect(await sumWith(numericColumn('w'), { w: tf.tensor1d([1, 0, 1], dtype) })).toBe(10);
  });

  it('is not looked at when there is none', async () => {
    const loss = new RegressionHead({ lossReduction: 'sum' }).loss(labels(), logits(), { features: { w: tf.ones([99, 99]) } });
    expect(await loss.data()).toEqual(Float32Array.of(14));
  });
});

describe('line 12: the shapes of weights', () => {
  it('may change from batch to batch', async () => {
    const head = new RegressionHead({ labelDimension: 2, weightColumn: 'w' });
    const metrics = head.metrics();
    head.updateMetrics(metrics, { w: tf.tensor1d([1]) }, tf.zeros([1, 1, 2]), tf.ones([1, 1, 2]));
    head.updateMetrics(metrics, { w: tf.tensor2d([[1]]) }, tf.zeros([1, 1, 2]), tf.fill([1, 1, 2], 3));
    head.updateMetrics(metrics, { w: tf.tensor3d([[[1, 3]]]) }, tf.tensor3d([[[2, 4]]]), tf.zeros([1, 1, 2]));
    expect(Object.values(await results(metrics))).toBeNear([(1 + 1 + 9 + 9 + 4 + 3 * 16) / 8, (2 + 3 * 4) / 8, (1 + 1 + 3 + 3) / 8]);
  });

  const refused = [
    { rows: [6], weights: [1] },
    { rows: [6], weights: [1, 1] },
    { rows: [6], weights: [1, 2] },
    { rows: [6], weights: [5] },
    { rows: [6], weights: [12] },
    { rows: [6], weights: [6, 3] },
    { rows: [6], weights: [6, 1, 1] },
    { rows: [2, 3], weights: [2] },
    { rows: [2, 3], weights: [2, 1] },
    { rows: [2, 3], weights: [6] },
    { rows: [2, 3], weights: [2, 1, 1] },
    { rows: [2, 3], weights: [2, 3, 3] },
  ];

  it.each(refused)('not $weights for rows of $rows', ({ rows, weights }) => {
    const head = new RegressionHead({ labelDimension: 2, weightColumn: 'w' });
    const shape = [...rows, 2];
    const features = { w: tf.ones(weights) };
    const message = ['weights shape must be', `[${shape.join()}]`, `[${weights.join()}]`, "'w'"];
    expect(() => head.loss(tf.zeros(shape), tf.zeros(shape), { features })).toThrowCoded('WEIGHTS_SHAPE', message);
    expect(() => head.updateMetrics(head.metrics(), features, tf.zeros(shape), tf.zeros(shape))).toThrowCoded('WEIGHTS_SHAPE', message);
  });
});

describe('line 13: weights that are no weights', () => {
  const sparse = (): Features => ({ w: { indices: tf.tensor2d([[0]], [1, 1], 'int32'), values: tf.tensor1d([1]), denseShape: [3] } });
  const cases: readonly { what: string; features: () => Features; code: 'WEIGHTS_MISSING' | 'WEIGHTS_SPARSE' | 'WEIGHTS_SHAPE' | 'WEIGHTS_DTYPE'; message: string[] }[] = [
    { what: 'missing', features: () => ({ v: tf.ones([3]) }), code: 'WEIGHTS_MISSING', message: ['Feature w is not in features dictionary', '"v"'] },
    { what: 'sparse', features: sparse, code: 'WEIGHTS_SPARSE', message: ['SparseTensor is not supported', "features['w']", '[3]'] },
    { what: 'a scalar', features: () => ({ w: tf.scalar(1) }), code: 'WEIGHTS_SHAPE', message: ['cannot have rank 0', "features['w']"] },
    { what: 'strings', features: () => ({ w: tf.tensor1d(['a', 'b', 'c']) }), code: 'WEIGHTS_DTYPE', message: ["features['w']", 'string'] },
  ];

  it.each(cases)('$what', ({ features, code, message }) => {
    for (const weightColumn of ['w', numericColumn('w')]) {
      const head = new RegressionHead({ weightColumn });
      expect(() => head.loss(labels(), logits(), { features: features() })).toThrowCoded(code, message);
      expect(() => head.updateMetrics(head.metrics(), features(), logits(), labels())).toThrowCoded(code, message);
    }
  });

  it('since there are no features', () => {
    const head = new RegressionHead({ weightColumn: 'w' });
    expect(() => head.loss(labels(), logits())).toThrowCoded('WEIGHTS_MISSING', ['Feature w', 'no features']);
    expect(() => head.loss(labels(), logits(), { features: undefined })).toThrowCoded('WEIGHTS_MISSING');
  });

  it('since the column is neither a string nor a numeric column: found at use, not before', () => {
    const head = new RegressionHead({ weightColumn: 7 as unknown as string });
    const message = ['Weight column must be either a string or NumericColumn', '7'];
    expect(() => head.loss(labels(), logits(), { features: {} })).toThrowCoded('WEIGHT_COLUMN_INVALID', message);
    expect(() => head.updateMetrics(head.metrics(), {}, logits(), labels())).toThrowCoded('WEIGHT_COLUMN_INVALID', message);
    expect(head.predictions(logits())).toHaveProperty('predictions');
  });
});
