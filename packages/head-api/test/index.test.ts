import * as api from '@tfjs-heads/head-api';
import { ModeKeys, Reduction } from '@tfjs-heads/head-api';
import { describe, expect, it } from 'vitest';

describe('lines 1 and 2: what the contract is at run time', () => {
  it('is two objects and nothing else', () => {
    expect(Object.keys(api).toSorted()).toEqual(['ModeKeys', 'Reduction']);
  });

  it('has the modes of the original, of which to predict is infer', () => {
    expect(ModeKeys).toEqual({ TRAIN: 'train', EVAL: 'eval', PREDICT: 'infer' });
  });

  it('has the reductions of the original', () => {
    expect(Reduction).toEqual({ AUTO: 'auto', NONE: 'none', SUM: 'sum', SUM_OVER_BATCH_SIZE: 'sum_over_batch_size' });
  });

  it.each([ModeKeys, Reduction])('cannot be changed: %j', (object) => {
    expect(Object.isFrozen(object)).toBe(true);
    expect(() => Object.assign(object, { SUM: 'mine', TRAIN: 'mine' })).toThrow(TypeError);
    expect(() => Object.assign(object, { MORE: 'mine' })).toThrow(TypeError);
  });
});
