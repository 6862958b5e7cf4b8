import { headError, quote } from '@tfjs-heads/head-kit';
import type { FeatureSpec, FixedLenFeature, VarLenFeature } from '@tfjs-heads/tracing/saved-model';
import { type FeatureColumn, sortedColumns } from './columns.js';
import type { CrossedKey } from './crossed-column.js';

type Entry = readonly [key: string, feature: FixedLenFeature | VarLenFeature];

/**
 * What serialised `tf.Example`s must have for columns, as `tf.feature_column.make_parse_example_spec` says it: numbers have a fixed length, categories any.
 *
 * ```ts
 * const featureSpec = makeParseExampleSpec([numericColumn('age'), city]);
 * await estimator.exportSavedModel('export', { example, featureSpec });
 * ```
 *
 * @throws FEATURE_COLUMNS_INVALID for no columns, and for two that parse a feature in different ways
 */
export function makeParseExampleSpec(featureColumns: readonly FeatureColumn[]): FeatureSpec {
  const of = 'makeParseExampleSpec';
  const spec = new Map<string, FixedLenFeature | VarLenFeature>();
  for (const [key, feature] of sortedColumns(of, featureColumns).flatMap(featuresOf)) {
    const known = spec.get(key);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(feature))
      throw headError(
        'FEATURE_COLUMNS_INVALID',
        `${of}: feature_columns contain different parse_spec for key ${quote(key)}: featureColumns must parse a feature in one way, got ${JSON.stringify(known)} and ${JSON.stringify(feature)}.`,
      );
    spec.set(key, feature);
  }
  return Object.fromEntries(spec);
}

function featuresOf(column: FeatureColumn | Exclude<CrossedKey, string>): readonly Entry[] {
  const varLen = (key: string, dtype: VarLenFeature['dtype']): Entry => [key, { kind: 'varLen', dtype }];
  switch (column.kind) {
    case 'numericColumn': {
      const { key, shape, dtype, defaultValue } = column;
      return [[key, { kind: 'fixedLen', shape, dtype, ...(defaultValue !== undefined && { defaultValue }) }]];
    }
    case 'bucketizedColumn':
      return featuresOf(column.sourceColumn);
    case 'vocabularyListColumn':
    case 'hashBucketColumn':
      return [varLen(column.key, column.dtype)];
    case 'identityColumn':
      return [varLen(column.key, 'int32')];
    case 'crossedColumn':
      return column.leaves.flatMap((leaf) => (typeof leaf === 'string' ? [varLen(leaf, 'string')] : featuresOf(leaf)));
    case 'weightedCategoricalColumn':
      return [...featuresOf(column.categoricalColumn), varLen(column.weightFeatureKey, 'float32')];
    default:
      return featuresOf(column.categoricalColumn);
  }
}
