import type { Tensor } from '@tensorflow/tfjs-core';
import { describe } from './checks/describe.js';
import { ask, isList } from './checks/kinds.js';
import { checkOptions } from './checks/options.js';
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

const OPTIONS: readonly (keyof NumericColumnOptions)[] = ['shape', 'defaultValue', 'dtype', 'normalizerFn'];

/**
 * A feature that holds numbers, as `tf.feature_column.numeric_column` describes it.
 *
 * @param key The name of the feature.
 * @throws NUMERIC_COLUMN_INVALID
 */
export function numericColumn(key: string, options?: NumericColumnOptions): NumericColumn {
  const {
    shape = [1],
    defaultValue,
    dtype = 'float32',
    normalizerFn,
  } = checkOptions('numericColumn', options, OPTIONS, 'NUMERIC_COLUMN_INVALID');
  const dimensions = typeof shape === 'number' ? [shape] : shape;
  check(typeof key === 'string' && key !== '', 'key', 'a string that is not empty', key);
  check(
    isListOf(dimensions, (d) => typeof d === 'number' && Number.isInteger(d) && d > 0),
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
  return ask(
    () => typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'numericColumn',
    false,
  );
}

function isDefault(value: unknown, size: number, dtype: string): boolean {
  const isNumber = (entry: unknown): boolean =>
    dtype === 'int32' ? Number.isInteger(entry) : typeof entry === 'number';
  return isList(value) ? value.length === size && isListOf(value, isNumber) : isNumber(value);
}

/** By index: `every` would skip the holes of a list. */
function isListOf(list: unknown, isOne: (entry: unknown) => boolean): boolean {
  return ask(() => {
    if (!isList(list)) return false;
    for (let index = 0; index < list.length; index++) if (!isOne(list[index])) return false;
    return true;
  }, false);
}

function check(ok: boolean, argument: string, expected: string, got: unknown): void {
  if (ok) return;
  throw headError('NUMERIC_COLUMN_INVALID', `numericColumn: ${argument} must be ${expected}, got ${describe(got)}.`);
}
