import { checkOptions, headError, listOf, numericColumn, quote } from '@tfjs-heads/head-kit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { columnError } from './check.js';
import type { SequenceEmbeddingColumn } from './embedding-column.js';
import type { SequenceIndicatorColumn } from './indicator-column.js';

/** Made by {@link sequenceNumericColumn}. */
export interface SequenceNumericColumn {
  readonly kind: 'sequenceNumericColumn';
  /** The key. */
  readonly name: string;
  readonly key: string;
  /** Of one step. */
  readonly shape: readonly number[];
  readonly defaultValue: number;
  readonly normalizerFn: ((x: Tensor) => Tensor) | undefined;
}

/** A column that gives numbers, so many for each step of an example. */
export type SequenceColumn = SequenceNumericColumn | SequenceIndicatorColumn | SequenceEmbeddingColumn;

/** The options of {@link sequenceNumericColumn}. */
export interface SequenceNumericOptions {
  /** Of one step: how many numbers, or a list of dimensions. Default: 1. */
  readonly shape?: number | readonly number[] | undefined;
  /** What stands after the last step of a shorter sequence. Default: 0. */
  readonly defaultValue?: number | undefined;
  /** What is done to the numbers. Values after the last step of a sequence are not looked at. */
  readonly normalizerFn?: ((x: Tensor) => Tensor) | undefined;
}

/**
 * A sequence of numbers.
 *
 * ```ts
 * sequenceNumericColumn('temperature', { normalizerFn: (x) => tf.div(tf.sub(x, 10), 15) });
 * ```
 *
 * @param key The name of the feature: sparse `[batch, time]`, with the numbers of each step one after the other, or dense `[batch, time, ...shape]`.
 * @throws FEATURE_COLUMNS_INVALID, INVALID_ARGUMENT for options that nobody knows
 */
export function sequenceNumericColumn(key: string, options: SequenceNumericOptions = {}): SequenceNumericColumn {
  const of = 'sequenceNumericColumn';
  const { defaultValue = 0, ...others } = checkOptions(of, options, ['shape', 'defaultValue', 'normalizerFn']);
  if (typeof defaultValue !== 'number') throw columnError(of, 'defaultValue', 'a number', defaultValue);
  // Of the same arguments as one number for an example.
  const { shape, normalizerFn } = numericColumn(key, others);
  return Object.freeze({ kind: 'sequenceNumericColumn', name: key, key, shape, defaultValue, normalizerFn });
}

const KINDS: ReadonlySet<unknown> = /*#__PURE__*/ new Set([
  'sequenceNumericColumn',
  'sequenceIndicatorColumn',
  'sequenceEmbeddingColumn',
]);

/** Columns of sequences, sorted by name. Throws FEATURE_COLUMNS_INVALID. */
export function sortedSequenceColumns(of: string, columns: unknown): readonly SequenceColumn[] {
  const list = listOf(columns) as readonly SequenceColumn[] | undefined;
  if (list === undefined || list.length === 0)
    throw columnError(of, 'sequenceFeatureColumns', 'a list of at least one column of sequences', columns);
  const seen = new Set<string>();
  for (const [i, column] of list.entries()) {
    if (!KINDS.has((column as { kind?: unknown } | null | undefined)?.kind)) {
      const expected =
        'a sequenceNumericColumn, or an embeddingColumn or indicatorColumn of a sequenceCategoricalColumnWith...';
      throw columnError(of, `sequenceFeatureColumns[${i}]`, expected, column);
    }
    if (seen.has(column.name)) {
      throw headError(
        'FEATURE_COLUMNS_INVALID',
        `${of}: Duplicate feature column name found: sequenceFeatureColumns must have names of their own, got two of the name ${quote(column.name)}.`,
      );
    }
    seen.add(column.name);
  }
  return list.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** How many numbers a column gives for a step. */
export function sequenceColumnSize(column: SequenceColumn): number {
  switch (column.kind) {
    case 'sequenceNumericColumn':
      return column.shape.reduce((product, size) => product * size, 1);
    case 'sequenceIndicatorColumn':
      return column.categoricalColumn.numBuckets;
    case 'sequenceEmbeddingColumn':
      return column.dimension;
  }
}
