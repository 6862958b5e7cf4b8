import { isNumericColumn, listOf, type NumericColumn } from '@tfjs-heads/head-kit';
import { columnError } from './check.js';

/** Tells in which bucket a number lies. Made by {@link bucketizedColumn}. */
export interface BucketizedColumn {
  readonly kind: 'bucketizedColumn';
  /** `<key>_bucketized`. */
  readonly name: string;
  readonly sourceColumn: NumericColumn;
  /** Rising. */
  readonly boundaries: readonly number[];
  /** Of all numbers of an example together: one more than there are boundaries, for each of them. */
  readonly numBuckets: number;
}

/**
 * Numbers by the bucket in which they lie, bucket i being `boundaries[i - 1] <= x < boundaries[i]`: one-hot, `boundaries.length + 1` long
 * for each number of an example, in a network as well as in a linear model.
 *
 * ```ts
 * bucketizedColumn(numericColumn('age'), [18, 25, 65]); // [1,0,0,0] for 17, [0,1,0,0] for 18
 * ```
 *
 * @param sourceColumn Of a shape of one dimension. Its `normalizerFn` comes first.
 * @param boundaries Rising numbers, at least one. They are compared as float32.
 * @throws FEATURE_COLUMNS_INVALID
 */
export function bucketizedColumn(sourceColumn: NumericColumn, boundaries: readonly number[]): BucketizedColumn {
  if (!isNumericColumn(sourceColumn))
    throw columnError('bucketizedColumn', 'sourceColumn', 'a column that numericColumn made', sourceColumn);
  if (sourceColumn.shape.length !== 1) {
    throw columnError('bucketizedColumn', 'sourceColumn', 'a one-dimensional column', [...sourceColumn.shape]);
  }
  const sorted = listOf(boundaries) as readonly number[] | undefined;
  const isSorted = sorted?.every(
    (bound, i) => typeof bound === 'number' && !Number.isNaN(bound) && (i === 0 || bound > (sorted[i - 1] as number)),
  );
  if (sorted === undefined || sorted.length === 0 || isSorted !== true)
    throw columnError('bucketizedColumn', 'boundaries', 'a sorted list of numbers, at least one', boundaries);
  return Object.freeze({
    kind: 'bucketizedColumn',
    name: `${sourceColumn.key}_bucketized`,
    sourceColumn,
    boundaries: Object.freeze(sorted.map(Math.fround)),
    numBuckets: (sorted.length + 1) * (sourceColumn.shape[0] as number),
  });
}
