import { checkOptions, headError, listOf, quote } from '@tfjs-heads/head-kit';
import { checkKey, checkWhole, columnError } from './check.js';

/** What values of a category are: texts, or whole numbers. */
export type CategoryDtype = 'string' | 'int32';

/** Made by {@link categoricalColumnWithVocabularyList} and `categoricalColumnWithVocabularyFile`. */
export interface VocabularyListColumn {
  readonly kind: 'vocabularyListColumn';
  /** The key. */
  readonly name: string;
  readonly key: string;
  readonly dtype: CategoryDtype;
  /** The id of each value of the list. */
  readonly ids: ReadonlyMap<string | number, number>;
  /** The id of what is not in the list, -1 for none. */
  readonly defaultValue: number;
  readonly numOovBuckets: number;
  readonly numBuckets: number;
}

/** The options of {@link categoricalColumnWithVocabularyList}. */
export interface VocabularyListOptions {
  /** Texts, or whole numbers, each once. Their ids are their places. */
  readonly vocabularyList: readonly string[] | readonly number[];
  /** The id of what is not in the list. Default: -1, which leaves it out. */
  readonly defaultValue?: number | undefined;
  /** Into how many buckets more what is not in the list is hashed. Default: 0. */
  readonly numOovBuckets?: number | undefined;
}

/**
 * A category with a list of its values.
 *
 * ```ts
 * categoricalColumnWithVocabularyList('city', { vocabularyList: ['oslo', 'rome'], numOovBuckets: 3 });
 * ```
 *
 * @param key The name of the feature: texts for a list of texts, int32 for one of numbers. In dense features `''` and -1 are missing.
 * @throws FEATURE_COLUMNS_INVALID, INVALID_ARGUMENT for options that nobody knows
 */
export function categoricalColumnWithVocabularyList(key: string, options: VocabularyListOptions): VocabularyListColumn {
  const of = 'categoricalColumnWithVocabularyList';
  const given = checkOptions(of, options, ['vocabularyList', 'defaultValue', 'numOovBuckets']);
  const { defaultValue = -1, numOovBuckets = 0 } = given;
  checkKey(of, key);
  const list = listOf(given.vocabularyList);
  const isOf = (type: 'string' | 'number'): boolean =>
    list?.every((value) => typeof value === type && (type === 'string' || Number.isSafeInteger(value))) === true;
  if (list === undefined || list.length === 0 || !(isOf('string') || isOf('number'))) {
    const expected = `non-empty, a list of strings or of whole numbers (column_name: ${quote(key)})`;
    throw columnError(of, 'vocabularyList', expected, given.vocabularyList);
  }
  const ids = new Map((list as (string | number)[]).map((value, id) => [value, id]));
  if (ids.size !== list.length) {
    const twice = list.find((value, i) => ids.get(value as string) !== i);
    const got = typeof twice === 'number' ? String(twice) : quote(twice);
    throw headError(
      'FEATURE_COLUMNS_INVALID',
      `${of}: Duplicate keys in vocabulary_list: vocabularyList must have each value once (column_name: ${quote(key)}), got ${got} again.`,
    );
  }
  checkUnknown(of, key, { defaultValue, numOovBuckets });
  return vocabularyColumn(of, key, { ids, dtype: isOf('string') ? 'string' : 'int32', defaultValue, numOovBuckets });
}

/** What becomes of values that a vocabulary does not have. Throws FEATURE_COLUMNS_INVALID. */
export function checkUnknown(
  of: string,
  key: string,
  { defaultValue, numOovBuckets }: Pick<VocabularyListColumn, 'defaultValue' | 'numOovBuckets'>,
): void {
  checkWhole(of, 'numOovBuckets', numOovBuckets, 0);
  checkWhole(of, 'defaultValue', defaultValue, -1);
  if (numOovBuckets > 0 && defaultValue !== -1) {
    throw headError(
      'FEATURE_COLUMNS_INVALID',
      `${of}: Can't specify both num_oov_buckets and default_value in ${quote(key)}: one of numOovBuckets and defaultValue must be given at most, got ${numOovBuckets} and ${defaultValue}.`,
    );
  }
}

/** The column of a vocabulary. Throws FEATURE_COLUMNS_INVALID for a default that is no id of it. */
export function vocabularyColumn(
  of: string,
  key: string,
  { ids, dtype, defaultValue, numOovBuckets }: Omit<VocabularyListColumn, 'kind' | 'name' | 'key' | 'numBuckets'>,
): VocabularyListColumn {
  if (defaultValue >= ids.size)
    throw columnError(of, 'defaultValue', `-1 or an id of the list, below ${ids.size}`, defaultValue);
  const numBuckets = ids.size + numOovBuckets;
  return Object.freeze({
    kind: 'vocabularyListColumn',
    name: key,
    key,
    dtype,
    ids,
    defaultValue,
    numOovBuckets,
    numBuckets,
  });
}

/** Made by {@link categoricalColumnWithIdentity}. */
export interface IdentityColumn {
  readonly kind: 'identityColumn';
  /** The key. */
  readonly name: string;
  readonly key: string;
  readonly numBuckets: number;
  readonly defaultValue: number | undefined;
}

/** The options of {@link categoricalColumnWithIdentity}. */
export interface IdentityOptions {
  /** Ids are from 0 to one less. */
  readonly numBuckets: number;
  /** The id of what is no id. Default: such a value is an error. */
  readonly defaultValue?: number | undefined;
}

/**
 * A category whose values are ids already.
 *
 * @param key The name of the feature, int32. In dense features -1 is missing.
 * @throws FEATURE_COLUMNS_INVALID, INVALID_ARGUMENT for options that nobody knows
 */
export function categoricalColumnWithIdentity(key: string, options: IdentityOptions): IdentityColumn {
  const of = 'categoricalColumnWithIdentity';
  const { numBuckets, defaultValue } = checkOptions(of, options, ['numBuckets', 'defaultValue']);
  checkKey(of, key);
  checkWhole(of, 'numBuckets', numBuckets, 1);
  if (defaultValue !== undefined && !(Number.isInteger(defaultValue) && defaultValue >= 0 && defaultValue < numBuckets))
    throw columnError(of, 'defaultValue', `in range [0, ${numBuckets})`, defaultValue);
  return Object.freeze({ kind: 'identityColumn', name: key, key, numBuckets, defaultValue });
}

/** Made by {@link categoricalColumnWithHashBucket}. */
export interface HashBucketColumn {
  readonly kind: 'hashBucketColumn';
  /** The key. */
  readonly name: string;
  readonly key: string;
  readonly dtype: CategoryDtype;
  readonly numBuckets: number;
}

/** The options of {@link categoricalColumnWithHashBucket}. */
export interface HashBucketOptions {
  readonly hashBucketSize: number;
  /** Default: `string`. */
  readonly dtype?: CategoryDtype | undefined;
}

/**
 * A category whose values are put into buckets by FarmHash Fingerprint64 of their text, as in the original.
 *
 * @param key The name of the feature: texts, or int32, which are hashed as their decimal digits. In dense features `''` and -1 are missing.
 * @throws FEATURE_COLUMNS_INVALID, INVALID_ARGUMENT for options that nobody knows
 */
export function categoricalColumnWithHashBucket(key: string, options: HashBucketOptions): HashBucketColumn {
  const of = 'categoricalColumnWithHashBucket';
  const { hashBucketSize, dtype = 'string' } = checkOptions(of, options, ['hashBucketSize', 'dtype']);
  checkKey(of, key);
  checkWhole(of, 'hashBucketSize', hashBucketSize, 1);
  if (dtype !== 'string' && dtype !== 'int32') throw columnError(of, 'dtype', "'string' or 'int32'", dtype);
  return Object.freeze({ kind: 'hashBucketColumn', name: key, key, dtype, numBuckets: hashBucketSize });
}
