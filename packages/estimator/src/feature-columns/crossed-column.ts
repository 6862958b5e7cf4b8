import { checkOptions, headError, listOf, quote } from '@tfjs-heads/head-kit';
import type { BucketizedColumn } from './bucketized-column.js';
import type { IdentityColumn, VocabularyListColumn } from './categorical-columns.js';
import { checkKey, checkWhole, columnError } from './check.js';

/** What can be crossed: the name of a feature, or a categorical column that does not hash. */
export type CrossedKey = string | VocabularyListColumn | IdentityColumn | BucketizedColumn | CrossedColumn;

/** Made by {@link crossedColumn}. */
export interface CrossedColumn {
  readonly kind: 'crossedColumn';
  /** The names of what is crossed, sorted, with `_X_` between them. */
  readonly name: string;
  /** Without columns that are themselves crossed: theirs are here instead. */
  readonly leaves: readonly Exclude<CrossedKey, CrossedColumn>[];
  readonly numBuckets: number;
  readonly hashKey: bigint;
}

/** The options of {@link crossedColumn}. */
export interface CrossedOptions {
  readonly hashBucketSize: number;
  /** Where hashing begins, from 0 to 2^64 - 1. Default: the original's 0xDECAFCAFFE. */
  readonly hashKey?: number | bigint | undefined;
}

const KINDS: ReadonlySet<unknown> = /*#__PURE__*/ new Set([
  'vocabularyListColumn',
  'identityColumn',
  'bucketizedColumn',
  'crossedColumn',
]);

/**
 * Each combination of values of several features, hashed into buckets as by the original. A feature by its name is taken as it is: texts by
 * their hash, numbers as they are, and in dense features nothing is missing.
 *
 * ```ts
 * crossedColumn([bucketizedColumn(numericColumn('age'), [30]), 'city'], { hashBucketSize: 1000 }); // age_bucketized_X_city
 * ```
 *
 * @param keys At least two.
 * @throws FEATURE_COLUMNS_INVALID, INVALID_ARGUMENT for options that nobody knows
 */
export function crossedColumn(keys: readonly CrossedKey[], options: CrossedOptions): CrossedColumn {
  const of = 'crossedColumn';
  const { hashBucketSize, hashKey = 0xdecafcaffen } = checkOptions(of, options, ['hashBucketSize', 'hashKey']);
  const list = listOf(keys) as readonly CrossedKey[] | undefined;
  if (list === undefined || list.length < 2) throw columnError(of, 'keys', 'a list with length > 1', keys);
  for (const key of list) {
    if (typeof key === 'string') checkKey(of, key, 'each of keys');
    else checkCrossed(of, key);
  }
  checkWhole(of, 'hashBucketSize', hashBucketSize, 2);
  const isKey = typeof hashKey === 'bigint' || Number.isSafeInteger(hashKey);
  if (!isKey || BigInt.asUintN(64, BigInt(hashKey)) !== BigInt(hashKey))
    throw columnError(of, 'hashKey', 'a whole number from 0 to 2^64 - 1', hashKey);
  const leaves = list.flatMap((key) => (typeof key === 'object' && key.kind === 'crossedColumn' ? key.leaves : [key]));
  return Object.freeze({
    kind: 'crossedColumn',
    name: leaves
      .map((leaf) => (typeof leaf === 'string' ? leaf : leaf.name))
      .toSorted()
      .join('_X_'),
    leaves,
    numBuckets: hashBucketSize,
    hashKey: BigInt(hashKey),
  });
}

function checkCrossed(of: string, key: unknown): void {
  const kind = (key as { kind?: unknown } | null | undefined)?.kind;
  if (KINDS.has(kind)) return;
  if (kind === 'hashBucketColumn') {
    throw headError(
      'FEATURE_COLUMNS_INVALID',
      `${of}: categorical_column_with_hash_bucket is not supported for crossing, since hashing twice makes collisions more likely: ` +
        `each of keys must be the name of a feature or another column, got the column ${quote((key as { name?: unknown }).name)}.`,
    );
  }
  throw columnError(of, 'each of keys', 'either a string, or a categorical column that does not hash', key);
}
