import type { Tensor } from '@tensorflow/tfjs-core';
import { describe } from './checks/describe.js';
import { headError } from './error.js';

/** Describes a feature that holds numbers. Made by {@link numericColumn}. */
export interface NumericColumn {
  readonly kind: 'numericColumn';
  /** The name of the feature. */
  readonly key: string;
  /** The shape of one example. Not enforced where the column stands for weights. */
  readonly shape: readonly number[];
  /** Used when serialised examples are parsed, never by a head. */
  readonly defaultValue: number | readonly number[] | undefined;
  readonly dtype: 'float32' | 'int32';
  /** Applied to the raw feature; the result is cast to float32. */
  readonly normalizerFn: ((feature: Tensor) => Tensor) | undefined;
}

/** The options of {@link numericColumn}. */
export interface NumericColumnOptions {
  /** Default: `[1]`. */
  readonly shape?: number | readonly number[] | undefined;
  readonly defaultValue?: number | readonly number[] | undefined;
  /** Default: `float32`. */
  readonly dtype?: 'float32' | 'int32' | undefined;
  readonly normalizerFn?: ((feature: Tensor) => Tensor) | undefined;
}

/**
 * A feature that holds numbers, as `tf.feature_column.numeric_column` describes it.
 *
 * @param key The name of the feature.
 * @throws NUMERIC_COLUMN_INVALID
 */
export function numericColumn(key: string, options: NumericColumnOptions = {}): NumericColumn {
  const { shape = [1], defaultValue, dtype = 'float32', normalizerFn } = options;
  const dimensions = typeof shape === 'number' ? [shape] : shape;
  check(typeof key === 'string' && key !== '', 'key', 'a string that is not empty', key);
  check(
    Array.isArray(dimensions) && dimensions.every((d) => Number.isInteger(d) && d > 0),
    'shape',
    'a whole number above 0, or a list of such',
    shape,
  );
  check(dtype === 'float32' || dtype === 'int32', 'dtype', "'float32' or 'int32'", dtype);
  const size = dimensions.reduce((product, d) => product * d, 1);
  check(
    defaultValue === undefined || isDefault(defaultValue, size, dtype),
    'defaultValue',
    `a number, or a list of ${size}, of dtype ${dtype}`,
    defaultValue,
  );
  check(normalizerFn === undefined || typeof normalizerFn === 'function', 'normalizerFn', 'a function', normalizerFn);
  return Object.freeze({ kind: 'numericColumn', key, shape: dimensions, defaultValue, dtype, normalizerFn });
}

/** Whether a value is a {@link NumericColumn}, also one that another copy of this package made. */
export function isNumericColumn(value: unknown): value is NumericColumn {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'numericColumn';
}

function isDefault(value: unknown, size: number, dtype: string): boolean {
  const values = Array.isArray(value) ? value : [value];
  const isNumber = (entry: unknown): boolean => (dtype === 'int32' ? Number.isInteger(entry) : typeof entry === 'number');
  return values.every(isNumber) && (!Array.isArray(value) || values.length === size);
}

function check(ok: boolean, argument: string, expected: string, came: unknown): void {
  if (ok) return;
  throw headError('NUMERIC_COLUMN_INVALID', `numericColumn: ${argument} must be ${expected}, but ${describe(came)} came.`);
}
