import { checkOptions, headError, listOf } from '@tfjs-heads/head-kit';
import { type Initializer, truncatedNormal } from '../initializers.js';
import { checkKey, checkWhole, columnError } from './check.js';
import { type CategoricalColumn, isCategorical } from './categorical-column.js';
import { isSequenceCategorical, type SequenceCategoricalColumn } from './sequence-categorical-columns.js';

/** How the rows of several values of an example become one: their mean, their sum, or their sum over the root of their number. */
export type Combiner = 'mean' | 'sum' | 'sqrtn';

/** Made by {@link embeddingColumn} and {@link sharedEmbeddings}. */
export interface EmbeddingColumn {
  readonly kind: 'embeddingColumn';
  /** `<name>_embedding`, or `<name>_shared_embedding`. */
  readonly name: string;
  readonly categoricalColumn: CategoricalColumn;
  readonly dimension: number;
  readonly combiner: Combiner;
  readonly initializer: Initializer;
  readonly maxNorm: number | undefined;
  readonly trainable: boolean;
  /** The variable that columns share. Undefined for a column that has one of its own. */
  readonly sharedName: string | undefined;
}

/** Made by `embeddingColumn` of a sequence of categories: the row of each step. */
export interface SequenceEmbeddingColumn extends Omit<EmbeddingColumn, 'kind' | 'categoricalColumn'> {
  readonly kind: 'sequenceEmbeddingColumn';
  readonly categoricalColumn: SequenceCategoricalColumn;
}

/** The options of {@link embeddingColumn}. */
export interface EmbeddingOptions {
  /** How many numbers stand for a value. */
  readonly dimension: number;
  /** Default: `mean`. With weights: the weighted mean, the weighted sum, and the latter over the root of the sum of the squared weights. */
  readonly combiner?: Combiner | undefined;
  /** Default: truncated normal with a standard deviation of 1 / sqrt(dimension). */
  readonly initializer?: Initializer | undefined;
  /** Longer rows are scaled to this length before they are combined. */
  readonly maxNorm?: number | undefined;
  /** Default: true. */
  readonly trainable?: boolean | undefined;
}

/** The options of {@link sharedEmbeddings}. */
export interface SharedEmbeddingsOptions extends EmbeddingOptions {
  /** The name of the variable. Default: the names of the categories, sorted, with `_` between them and `_shared_embedding` at the end. */
  readonly sharedEmbeddingCollectionName?: string | undefined;
}

const OPTIONS = ['dimension', 'combiner', 'initializer', 'maxNorm', 'trainable'] as const;

/**
 * A category by rows of a table that is learned: zeros for an example without values.
 *
 * ```ts
 * embeddingColumn(categoricalColumnWithHashBucket('city', { hashBucketSize: 1000 }), { dimension: 8 }); // city_embedding
 * ```
 *
 * @throws FEATURE_COLUMNS_INVALID, INVALID_ARGUMENT for options that nobody knows
 */
export function embeddingColumn(categoricalColumn: CategoricalColumn, options: EmbeddingOptions): EmbeddingColumn;
/** A sequence of categories by the row of each step. */
export function embeddingColumn(
  categoricalColumn: SequenceCategoricalColumn,
  options: EmbeddingOptions,
): SequenceEmbeddingColumn;
export function embeddingColumn(
  categoricalColumn: CategoricalColumn | SequenceCategoricalColumn,
  options: EmbeddingOptions,
): EmbeddingColumn | SequenceEmbeddingColumn {
  const of = 'embeddingColumn';
  const settings = checkSettings(of, checkOptions(of, options, OPTIONS));
  if (isSequenceCategorical(categoricalColumn)) {
    const name = `${categoricalColumn.name}_embedding`;
    return Object.freeze({
      kind: 'sequenceEmbeddingColumn',
      name,
      categoricalColumn,
      ...settings,
      sharedName: undefined,
    });
  }
  checkCategory(of, categoricalColumn);
  return embedding(categoricalColumn, settings, undefined);
}

/**
 * Columns that share the table they learn: the same values in several features, such as towns to start from and to go to. The
 * original's estimators leave such a table as it began; here it is trained.
 *
 * @param categoricalColumns Of the same kind and the same number of ids.
 * @returns A column for each, in their order.
 * @throws FEATURE_COLUMNS_INVALID, INVALID_ARGUMENT for options that nobody knows
 */
export function sharedEmbeddings(
  categoricalColumns: readonly CategoricalColumn[],
  options: SharedEmbeddingsOptions,
): EmbeddingColumn[] {
  const of = 'sharedEmbeddings';
  const { sharedEmbeddingCollectionName: given, ...others } = checkOptions(of, options, [
    ...OPTIONS,
    'sharedEmbeddingCollectionName',
  ]);
  const settings = checkSettings(of, others);
  if (given !== undefined) checkKey(of, given, 'sharedEmbeddingCollectionName');
  const list = listOf(categoricalColumns) as readonly CategoricalColumn[] | undefined;
  if (list === undefined || list.length === 0)
    throw columnError(of, 'categoricalColumns', 'a list of categorical columns, at least one', categoricalColumns);
  for (const column of list) checkCategory(of, column);
  const [first, ...rest] = list as [CategoricalColumn, ...CategoricalColumn[]];
  const unlike = rest.find((column) => kindOf(column) !== kindOf(first) || column.numBuckets !== first.numBuckets);
  if (unlike !== undefined) {
    const text = (column: CategoricalColumn): string => `${column.name}, ${kindOf(column)} of ${column.numBuckets}`;
    throw headError(
      'FEATURE_COLUMNS_INVALID',
      `${of}: all categorical_columns must have the same type and the same number of buckets: categoricalColumns must be like ${text(first)}, got ${text(unlike)}.`,
    );
  }
  const names = list.map(({ name }) => name).toSorted();
  const sharedName = given ?? `${names.join('_')}_shared_embedding`;
  return list.map((column) => embedding(column, settings, sharedName));
}

type Settings = Pick<EmbeddingColumn, 'dimension' | 'combiner' | 'initializer' | 'maxNorm' | 'trainable'>;

function embedding(
  categoricalColumn: CategoricalColumn,
  settings: Settings,
  sharedName: string | undefined,
): EmbeddingColumn {
  const ending = sharedName === undefined ? 'embedding' : 'shared_embedding';
  const name = `${categoricalColumn.name}_${ending}`;
  return Object.freeze({ kind: 'embeddingColumn', name, categoricalColumn, ...settings, sharedName });
}

function checkSettings(of: string, options: EmbeddingOptions): Settings {
  const { dimension, combiner = 'mean', maxNorm, trainable = true } = options;
  checkWhole(of, 'dimension', dimension, 1);
  checkCombiner(of, 'combiner', combiner);
  const { initializer = truncatedNormal(1 / Math.sqrt(dimension)) } = options;
  if (typeof initializer !== 'function') throw columnError(of, 'initializer', 'a function', initializer);
  if (maxNorm !== undefined && !(typeof maxNorm === 'number' && maxNorm > 0))
    throw columnError(of, 'maxNorm', 'a number above 0', maxNorm);
  if (typeof trainable !== 'boolean') throw columnError(of, 'trainable', 'true or false', trainable);
  return { dimension, combiner, initializer, maxNorm, trainable };
}

/** Throws FEATURE_COLUMNS_INVALID unless a value is the name of a combiner. */
export function checkCombiner(of: string, argument: string, combiner: unknown): asserts combiner is Combiner {
  if (combiner !== 'mean' && combiner !== 'sum' && combiner !== 'sqrtn')
    throw columnError(of, argument, "'mean', 'sum' or 'sqrtn'", combiner);
}

function checkCategory(of: string, column: unknown): void {
  if (!isCategorical(column)) throw columnError(of, 'categoricalColumn', 'a categorical column', column);
}

/** The kind of a category, with weights or without. */
function kindOf(column: CategoricalColumn): string {
  return column.kind === 'weightedCategoricalColumn' ? column.categoricalColumn.kind : column.kind;
}
