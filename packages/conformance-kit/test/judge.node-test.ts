import '@tensorflow/tfjs-backend-cpu';
import { tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { Failure, Judge } from '../src/judge.js';

const unit = 2 ** -24;

/** Whether a value passes for another. */
function isNear(actual: number, expected: number, allowance: Parameters<Judge['near']>[3]): boolean {
  try {
    new Judge(unit).near('x', [actual], [expected], allowance);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    return false;
  }
}

describe('near', () => {
  it.each([
    { what: 'the value alone counts', actual: 3 * (1 + 8 * unit), expected: 3, k: 8, scale: 0 },
    { what: 'a negative one too', actual: -3 * (1 + 8 * unit), expected: -3, k: 8, scale: 0 },
    { what: 'the scale where it is larger', actual: 8 * 100 * unit, expected: 0, k: 8, scale: 100 },
    { what: 'the value where that is larger', actual: 300 * (1 + 8 * unit), expected: 300, k: 8, scale: 100 },
    { what: 'what is flushed to zero', actual: 0, expected: 2 ** -127, k: 0, scale: 0 },
    { what: 'zeros of either sign', actual: -0, expected: 0, k: 0, scale: 0 },
    { what: 'NaN', actual: NaN, expected: NaN, k: 0, scale: 0 },
    { what: 'an infinity', actual: Infinity, expected: Infinity, k: 0, scale: 0 },
    { what: 'the other infinity', actual: -Infinity, expected: -Infinity, k: 16, scale: 1 },
  ])('passes: $what', ({ actual, expected, k, scale }) => {
    expect(isNear(actual, expected, { k, scale })).toBe(true);
  });

  it.each([
    { what: 'one rounding more', actual: 3 * (1 + 9 * unit), expected: 3, k: 8, scale: 0 },
    { what: 'the wrong sign', actual: -3, expected: 3, k: 4096, scale: 0 },
    { what: 'more than the scale allows', actual: 9 * 100 * unit, expected: 0, k: 8, scale: 100 },
    { what: 'one rounding where none is allowed', actual: 1 + 2 * unit, expected: 1, k: 0, scale: 1 },
    { what: 'twice the smallest normal number', actual: 0, expected: 2 ** -125, k: 0, scale: 0 },
    { what: 'NaN for a number', actual: NaN, expected: 1, k: 1e9, scale: 1e9 },
    { what: 'a number for NaN', actual: 1, expected: NaN, k: 1e9, scale: 1e9 },
    { what: 'an infinity for a number', actual: Infinity, expected: 1e38, k: 1e9, scale: 1e9 },
    { what: 'a number for an infinity', actual: 3e38, expected: Infinity, k: 1e9, scale: 1 },
    { what: 'the other infinity', actual: Infinity, expected: -Infinity, k: 1e9, scale: 1 },
    { what: 'NaN for an infinity', actual: NaN, expected: Infinity, k: 1, scale: 1 },
    { what: 'an infinite scale is no leave for everything', actual: NaN, expected: 1, k: 1, scale: Infinity },
    { what: 'a scale that is NaN', actual: 1 + unit, expected: 1, k: 16, scale: NaN },
  ])('fails: $what', ({ actual, expected, k, scale }) => {
    expect(isNear(actual, expected, { k, scale })).toBe(false);
  });

  it('takes a scale for each value, and no leave from one that is missing', () => {
    const values = [64 * unit, 0];
    const near = (scale: readonly number[]) => (): void =>
      new Judge(unit).near('x', values, [0, 16 * unit], { k: 16, scale });
    expect(near([4, 1])).not.toThrow();
    expect(near([1, 4])).toThrow('x[0]');
    expect(near([4, 0.5])).toThrow('x[1]');
    expect(near([4])).toThrow('x[1]');
  });

  it('goes by the unit of the backend', () => {
    expect(() => new Judge(2 ** -11).near('x', [1.001], [1], { k: 4 })).not.toThrow();
    expect(() => new Judge(unit).near('x', [1.001], [1], { k: 4 })).toThrow(Failure);
  });

  it('fails for more or fewer values', () => {
    expect(() => new Judge(unit).near('x', [1, 2], [1], { k: 1 })).toThrow('x: got 2 values, expected 1');
    expect(() => new Judge(unit).near('x', [], [1], { k: 1 })).toThrow('x: got 0 values, expected 1');
  });

  it('says which value was worst, and how far off', () => {
    const near = (): void => new Judge(unit).near('the loss', [1, 1 + 32 * unit, 1 + 4 * unit], [1, 1, 1], { k: 16 });
    expect(near).toThrow('the loss[1]: got 1.0000019073486328, expected 1 (2.00 times the allowed error)');
  });
});

describe('closest', () => {
  it('is the worst of all comparisons, also of one that failed', () => {
    const judge = new Judge(unit);
    expect(judge.closest).toBeUndefined();
    judge.near('a', [1 + 4 * unit], [1], { k: 16 });
    judge.near('b', [1, 1 + 8 * unit], [1, 1], { k: 16 });
    judge.same('c', [1], [1]);
    expect(judge.closest).toMatchObject({ what: 'b', index: 1, used: 0.5 });
    expect(() => judge.near('d', [NaN], [1], { k: 16 })).toThrow(Failure);
    expect(judge.closest).toMatchObject({ what: 'd', actual: NaN, used: Infinity });
  });

  it('is nothing where nothing was compared', () => {
    const judge = new Judge(unit);
    judge.near('a', [], [], { k: 1 });
    judge.equal('b', [1], [1]);
    expect(judge.closest).toBeUndefined();
  });
});

describe('same, equal, that and tensorNear', () => {
  it('say what they got', () => {
    const judge = new Judge(unit);
    expect(() => judge.equal('the shape', [1, 2], [2, 1])).toThrow('the shape: got [1,2], expected [2,1]');
    expect(() => judge.that(false, 'no')).toThrow(new Failure('no'));
    expect(() => judge.that(true, 'no')).not.toThrow();
  });

  it('allow no error where values must be the same', () => {
    expect(() => new Judge(unit).same('x', [4 - 4 * unit], [4])).toThrow('x[0]');
  });

  it('want shape and dtype first', async () => {
    const judge = new Judge(unit);
    const expected = { shape: [2], values: [1, 2] };
    const near = (given: Parameters<typeof tensor>): Promise<void> =>
      judge.tensorNear('x', tensor(...given), expected, { k: 0 });
    await expect(near([[1, 2]])).resolves.toBeUndefined();
    await expect(near([[[1, 2]]])).rejects.toThrow('the shape of x: got [1,2]');
    await expect(near([[1, 2], [2], 'int32'])).rejects.toThrow('the dtype of x: got "int32"');
    await expect(near([[1, 3]])).rejects.toThrow('x[1]: got 3');
  });
});
