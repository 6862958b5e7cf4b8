import * as tf from '@tensorflow/tfjs-core';
import type { Features, HeadErrorCode } from '@tfjs-heads/head-api';
import { describe, expect, it } from 'vitest';
import { numericColumn, type NumericColumnOptions, reduceLoss, weightsOf } from '../src/index.js';
import { releaseTensors } from './memory.js';
import { ToyHead } from './toy-head.js';

releaseTensors();

describe('line 11: numericColumn', () => {
  it('has the defaults of the original', () => {
    expect(numericColumn('w')).toEqual({
      kind: 'numericColumn',
      key: 'w',
      shape: [1],
      defaultValue: undefined,
      dtype: 'float32',
      normalizerFn: undefined,
    });
    expect(numericColumn('w', { shape: 3, dtype: 'int32', defaultValue: [1, 2, 3] })).toMatchObject({
      shape: [3],
      defaultValue: [1, 2, 3],
    });
    expect(Object.isFrozen(numericColumn('w'))).toBe(true);
  });

  it.each([
    ['an empty key', '', {}, 'key'],
    ['a shape with a fraction', 'w', { shape: 1.5 }, 'shape'],
    ['a shape of 0', 'w', { shape: [2, 0] }, 'shape'],
    ['a string dtype', 'w', { dtype: 'string' }, 'dtype'],
    ['a default of another shape', 'w', { shape: 2, defaultValue: [1] }, 'defaultValue'],
    ['a fraction as the default of integers', 'w', { dtype: 'int32', defaultValue: 1.5 }, 'defaultValue'],
    ['a normalizer that is no function', 'w', { normalizerFn: 3 }, 'normalizerFn'],
    ['a misspelled option', 'w', { normaliserFn: () => tf.ones([1]) }, "did you mean 'normalizerFn'?"],
  ])('refuses %s', (_, key, options, named) => {
    expect(() => numericColumn(key, options as NumericColumnOptions)).toThrowCoded('NUMERIC_COLUMN_INVALID', [named]);
  });

  it('normalizes the raw feature, as a column, before it is cast', async () => {
    const seen: unknown[] = [];
    const normalizerFn = (feature: tf.Tensor): tf.Tensor => {
      seen.push([feature.dtype, feature.shape]);
      return tf.mul(feature, tf.scalar(2, 'int32'));
    };
    for (const w of [tf.tensor1d([3, 4], 'int32'), tf.tensor2d([[3], [4]], [2, 1], 'int32')]) {
      const weights = weightsOf(numericColumn('w', { normalizerFn }), { w }, tf.zeros([2, 1]), false);
      expect([weights?.dtype, weights?.shape, await weights?.array()]).toEqual(['float32', [2, 1], [[6], [8]]]);
    }
    expect(seen).toEqual([
      ['int32', [2, 1]],
      ['int32', [2, 1]],
    ]);
  });

  it('does not enforce its shape, as the original does not', async () => {
    const weights = weightsOf(numericColumn('w', { shape: 7 }), { w: tf.tensor2d([[5, 7]]) }, tf.zeros([1, 2]), true);
    expect(await weights?.array()).toEqual([[5, 7]]);
  });
});

describe('line 12: the shapes of weights', () => {
  it.each([
    { logits: [6, 2], weights: [6], shape: [6, 1] },
    { logits: [6, 2], weights: [6, 1], shape: [6, 1] },
    { logits: [6, 2], weights: [6, 2], shape: [6, 2] },
    { logits: [2, 3, 2], weights: [2, 3], shape: [2, 3, 1] },
    { logits: [2, 3, 2], weights: [2, 3, 1], shape: [2, 3, 1] },
    { logits: [2, 3, 2], weights: [2, 3, 2], shape: [2, 3, 2] },
    { logits: [4, 1, 2], weights: [4], shape: [4, 1, 1] },
  ])('$weights for logits of $logits', ({ logits, weights, shape }) => {
    expect(weightsOf('w', { w: tf.ones(weights) }, tf.zeros(logits), true)?.shape).toEqual(shape);
  });

  it.each([
    { logits: [6, 2], refused: [[1], [5], [12], [1, 1], [1, 2], [6, 3], [6, 1, 1]] },
    { logits: [2, 3, 2], refused: [[2], [6], [2, 1], [2, 1, 1], [2, 3, 3], [1, 3, 2]] },
  ])('for logits of $logits none of $refused', ({ logits, refused }) => {
    for (const weights of refused) {
      const fragments = ['weights shape must be', `[${logits.join()}]`, `[${weights.join()}]`, "'w'"];
      expect(() => weightsOf('w', { w: tf.ones(weights) }, tf.zeros(logits), true)).toThrowCoded(
        'WEIGHTS_SHAPE',
        fragments,
      );
    }
    expect(() => weightsOf('w', { w: tf.ones(logits) }, tf.zeros(logits), false)).toThrowCoded('WEIGHTS_SHAPE'); // of a head with one loss a row
  });
});

it('line 12: a shape is named once in an error', () => {
  const wrong = tf.ones([3]);
  expect(() => weightsOf('w', { w: wrong }, tf.zeros([2, 1]), true)).toThrowCoded('WEIGHTS_SHAPE', [
    'one of [2], [2,1] for',
  ]);
  expect(() => reduceLoss(tf.zeros([2, 1]), wrong, 'sum')).toThrowCoded('WEIGHTS_SHAPE', ['must be [2,1] for']);
});

describe('lines 11, 13: weights that are no weights', () => {
  const sparse = { indices: tf.tensor2d([[0]], [1, 1], 'int32'), values: tf.tensor1d([1]), denseShape: [3] };
  const normalized = (normalizerFn: (feature: tf.Tensor) => tf.Tensor): ReturnType<typeof numericColumn> =>
    numericColumn('w', { normalizerFn });
  const gone = tf.ones([3]);
  gone.dispose();

  it.each<[string, () => Features | undefined, HeadErrorCode, string[]]>([
    ['missing', () => ({ v: tf.ones([3]) }), 'WEIGHTS_MISSING', ['Feature w is not in features dictionary', '"v"']],
    ['missing, with all features', () => undefined, 'WEIGHTS_MISSING', ['Feature w', 'no features']],
    ['sparse', () => ({ w: sparse }), 'WEIGHTS_SPARSE', ['SparseTensor is not supported', "features['w']", '[3]']],
    ['a scalar', () => ({ w: tf.scalar(1) }), 'WEIGHTS_SHAPE', ['cannot have rank 0', "features['w']"]],
    ['strings', () => ({ w: tf.tensor1d(['a', 'b', 'c']) }), 'WEIGHTS_DTYPE', ["features['w']", 'string']],
    ['a number', () => ({ w: 1 as never }), 'WEIGHTS_DTYPE', ["features['w']", '1']],
    ['disposed of', () => ({ w: gone }), 'TENSOR_DISPOSED', ["features['w']", '[3]']],
    ['of features that are a Map', () => new Map([['w', tf.ones([3])]]) as never, 'FEATURES_INVALID', ['a Map of 1']],
  ])('%s', (_, features, code, says) => {
    for (const column of ['w', numericColumn('w')])
      expect(() => weightsOf(column, features(), tf.zeros([3, 1]), true)).toThrowCoded(code, says);
  });

  it.each<[string, ReturnType<typeof numericColumn>, HeadErrorCode, string[]]>([
    ['makes no tensor', normalized(() => 1 as never), 'WEIGHTS_DTYPE', ['normalizerFn', "'w'"]],
    ['makes another batch', normalized(() => tf.ones([2, 1])), 'WEIGHTS_SHAPE', ["features['w']", '[2,1]']],
    ['returns a disposed tensor', normalized(() => gone), 'TENSOR_DISPOSED', ['normalizerFn', "'w'", '[3]']],
    [
      'disposes of the feature',
      normalized((w) => [tf.mul(w, 1), w.dispose()][0] as tf.Tensor),
      'TENSOR_DISPOSED',
      ["features['w']", 'normalizerFn'],
    ],
  ])('of a normalizer that %s', (_, column, code, says) => {
    expect(() => weightsOf(column, { w: tf.ones([3, 1]) }, tf.zeros([3, 1]), true)).toThrowCoded(code, says);
  });

  it('by the name of a property of every object', () => {
    expect(() => weightsOf('toString', {}, tf.zeros([3, 1]), true)).toThrowCoded('WEIGHTS_MISSING', ['toString']);
  });

  it('of a column that is neither a string nor a numeric column: found at use, not before', () => {
    const head = new ToyHead({ weightColumn: 7 as unknown as string });
    expect(() => head.loss(tf.zeros([3, 1]), tf.zeros([3, 1]), { features: {} })).toThrowCoded(
      'WEIGHT_COLUMN_INVALID',
      ['either a string or NumericColumn', '7'],
    );
    expect(Object.keys(head.predictions(tf.zeros([3, 1])))).toContain('predictions');
  });
});

it.each(['int32', 'bool'] as const)('weights may be of dtype %s', async (dtype) => {
  const head = new ToyHead({ weightColumn: 'w', lossReduction: 'sum' });
  const loss = head.loss(tf.zeros([3, 1]), tf.tensor2d([[1], [2], [3]]), {
    features: { w: tf.tensor1d([1, 0, 1], dtype) },
  });
  expect(await loss.array()).toBe(10);
});
