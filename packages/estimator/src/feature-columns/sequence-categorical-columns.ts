import {
  categoricalColumnWithHashBucket,
  categoricalColumnWithIdentity,
  categoricalColumnWithVocabularyList,
  type HashBucketColumn,
  type HashBucketOptions,
  type IdentityColumn,
  type IdentityOptions,
  type VocabularyListColumn,
  type VocabularyListOptions,
} from './categorical-columns.js';
import { categoricalColumnWithVocabularyFile, type VocabularyFileOptions } from './vocabulary-file.js';

/** A sequence of categories, one for each step. A network takes it by an indicator or an embedding column. */
export interface SequenceCategoricalColumn {
  readonly kind: 'sequenceCategoricalColumn';
  /** The key. */
  readonly name: string;
  readonly key: string;
  readonly numBuckets: number;
  /** How the value of a step becomes an id. */
  readonly categoricalColumn: VocabularyListColumn | IdentityColumn | HashBucketColumn;
}

/**
 * A sequence of values of a list.
 *
 * @param key The name of the feature: sparse or dense `[batch, time]`, texts or int32; in dense ones `''` and -1 are missing.
 * @throws As `categoricalColumnWithVocabularyList`
 */
export function sequenceCategoricalColumnWithVocabularyList(
  key: string,
  options: VocabularyListOptions,
): SequenceCategoricalColumn {
  return sequenceOf(categoricalColumnWithVocabularyList(key, options));
}

/**
 * A sequence of values of a file.
 *
 * @param key The name of the feature: sparse or dense `[batch, time]`, texts or int32; in dense ones `''` and -1 are missing.
 * @throws As `categoricalColumnWithVocabularyFile`
 */
export async function sequenceCategoricalColumnWithVocabularyFile(
  key: string,
  options: VocabularyFileOptions,
): Promise<SequenceCategoricalColumn> {
  return sequenceOf(await categoricalColumnWithVocabularyFile(key, options));
}

/**
 * A sequence of ids.
 *
 * @param key The name of the feature: sparse or dense `[batch, time]`, int32; in dense ones -1 is missing.
 * @throws As `categoricalColumnWithIdentity`
 */
export function sequenceCategoricalColumnWithIdentity(
  key: string,
  options: IdentityOptions,
): SequenceCategoricalColumn {
  return sequenceOf(categoricalColumnWithIdentity(key, options));
}

/**
 * A sequence of values that are hashed into buckets.
 *
 * ```ts
 * embeddingColumn(sequenceCategoricalColumnWithHashBucket('words', { hashBucketSize: 1000 }), { dimension: 8 });
 * ```
 *
 * @param key The name of the feature: sparse or dense `[batch, time]`, texts or int32; in dense ones `''` and -1 are missing.
 * @throws As `categoricalColumnWithHashBucket`
 */
export function sequenceCategoricalColumnWithHashBucket(
  key: string,
  options: HashBucketOptions,
): SequenceCategoricalColumn {
  return sequenceOf(categoricalColumnWithHashBucket(key, options));
}

function sequenceOf(categoricalColumn: SequenceCategoricalColumn['categoricalColumn']): SequenceCategoricalColumn {
  const { key, name, numBuckets } = categoricalColumn;
  return Object.freeze({ kind: 'sequenceCategoricalColumn', name, key, numBuckets, categoricalColumn });
}

/** Whether a value is a sequence of categories, also one that another copy of this package made. */
export function isSequenceCategorical(column: unknown): column is SequenceCategoricalColumn {
  return (column as { kind?: unknown } | null | undefined)?.kind === 'sequenceCategoricalColumn';
}
