import { dispose, mul, tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { numericColumn, weightsOf } from '../src/index.js';

describe('line 11: numericColumn', () => {
  it('has the defaults of the original', () => {
    expect(numericColumn('w')).toEqual({ kind: 'numericColumn', key: 'w', shape: [1], defaultValue: undefined, dtype: 'float32', normalizerFn: undefined });
    expect(numericColumn('w', { shape: 3, dtype: 'int32', defaultValue: [1, 2, 3] })).toMatchObject({ shape: [3], defaultValue: [1, 2, 3] });
    expect(Object.isFrozen(numericColumn('w'))).toBe(true);
  });

  it.each([
    ['an empty key', '', {}],
    ['a shape with a fraction', 'w', { shape: 1.5 }],
    ['a shape of 0', 'w', { shape: [2, 0] }],
    ['a string dtype', 'w', { dtype: 'string' }],
    ['a default of another shape', 'w', { shape: 2, defaultValue: [1] }],
    ['a fraction as the default of integers', 'w', { dtype: 'int32', defaultValue: 1.5 }],
    ['a normalizer that is no function', 'w', { normalizerFn: 3 }],
  ])('refuses %s', (_, key, options) => {
    expect(() => numericColumn(key, options as never)).toThrow(expect.objectContaining({ code: 'NUMERIC_COLUMN_INVALID' }));
  });

  it('normalizes the raw feature, as a column, before it is cast', async () => {
    const logits = zeros([2, 1]);
    const features = { w: tensor([3, 4], [2], 'int32') };
    let seen: unknown;
    const column = numericColumn('w', {
      normalizerFn: (feature) => {
        seen = [feature.dtype, feature.shape];
        return mul(feature, tensor(2, [], 'int32'));
      },
    });
    const weights = weightsOf(column, features, logits, false);
    expect(seen).toEqual(['int32', [2, 1]]);
    expect([weights?.dtype, weights?.shape, Array.from((await weights?.data()) ?? [])]).toEqual(['float32', [2, 1], [6, 8]]);
    dispose([logits, features.w, weights ?? logits]);
  });
});
