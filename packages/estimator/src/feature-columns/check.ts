import { describeValue, headError } from '@tfjs-heads/head-kit';

/** A FEATURE_COLUMNS_INVALID error about an argument of the function that makes a column. */
export function columnError(of: string, argument: string, expected: string, got: unknown): Error {
  return headError('FEATURE_COLUMNS_INVALID', `${of}: ${argument} must be ${expected}, got ${describeValue(got)}.`);
}

/** Throws FEATURE_COLUMNS_INVALID unless a key is the name of a feature. */
export function checkKey(of: string, key: unknown, argument = 'key'): asserts key is string {
  if (typeof key !== 'string' || key === '') throw columnError(of, argument, 'a string that is not empty', key);
}

/** Throws FEATURE_COLUMNS_INVALID unless a value is a whole number of at least so much. */
export function checkWhole(of: string, argument: string, value: unknown, least: number): asserts value is number {
  const isWhole = typeof value === 'number' && Number.isSafeInteger(value) && value >= least;
  // A tensor of ids is int32.
  if (!isWhole || value > MOST) throw columnError(of, argument, `a whole number from ${least} to 2^31 - 1`, value);
}

const MOST = 2 ** 31 - 1;
