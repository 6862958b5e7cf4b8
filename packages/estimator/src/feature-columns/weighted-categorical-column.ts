import { checkOptions } from '@tfjs-heads/head-kit';
import type { HashBucketColumn, IdentityColumn, VocabularyListColumn } from './categorical-columns.js';
import { checkKey, columnError } from './check.js';
import type { CrossedColumn } from './crossed-column.js';

/** Categories that can have weights. */
export type WeighedColumn = VocabularyListColumn | IdentityColumn | HashBucketColumn | CrossedColumn;

/** Made by {@link weightedCategoricalColumn}. */
export interface WeightedCategoricalColumn {
  readonly kind: 'weightedCategoricalColumn';
  /** `<name>_weighted_by_<weightFeatureKey>`. */
  readonly name: string;
  readonly categoricalColumn: WeighedColumn;
  readonly weightFeatureKey: string;
  readonly numBuckets: number;
}

/** The options of {@link weightedCategoricalColumn}. */
export interface WeightedCategoricalOptions {
  /** The name of the feature that holds the weights: numbers, as many for each example as the category has values. */
  readonly weightFeatureKey: string;
}

const KINDS: ReadonlySet<unknown> = /*#__PURE__*/ new Set([
  'vocabularyListColumn',
  'identityColumn',
  'hashBucketColumn',
  'crossedColumn',
]);

/**
 * A category whose values count more or less, as words do by how often they occur.
 *
 * ```ts
 * weightedCategoricalColumn(words, { weightFeatureKey: 'counts' }); // words_weighted_by_counts
 * ```
 *
 * @throws FEATURE_COLUMNS_INVALID, INVALID_ARGUMENT for options that nobody knows
 */
export function weightedCategoricalColumn(
  categoricalColumn: WeighedColumn,
  options: WeightedCategoricalOptions,
): WeightedCategoricalColumn {
  const of = 'weightedCategoricalColumn';
  const { weightFeatureKey } = checkOptions(of, options, ['weightFeatureKey']);
  if (!KINDS.has((categoricalColumn as { kind?: unknown } | null | undefined)?.kind))
    throw columnError(of, 'categoricalColumn', 'a categorical column without weights', categoricalColumn);
  checkKey(of, weightFeatureKey, 'weightFeatureKey');
  return Object.freeze({
    kind: 'weightedCategoricalColumn',
    name: `${categoricalColumn.name}_weighted_by_${weightFeatureKey}`,
    categoricalColumn,
    weightFeatureKey,
    numBuckets: categoricalColumn.numBuckets,
  });
}
