import { headError, quote } from '@tfjs-heads/head-kit';
import type { CategoryLookup, ExampleParsing, FeatureSpec, MadeInput } from '@tfjs-heads/tracing/saved-model';
import { categoriesOf, type ColumnGroup } from '../feature-columns/prepare-features.js';
import type { WeighedColumn } from '../feature-columns/weighted-categorical-column.js';

/**
 * How serialised examples become what the host makes of features for columns: see `prepareFeatures`.
 *
 * @throws EXPORT_UNSUPPORTED for crossed columns
 */
export function exampleParsing(features: FeatureSpec, groups: readonly ColumnGroup[]): ExampleParsing {
  const inputs = categoriesOf(groups).flatMap(({ name, of }): (readonly [string, MadeInput])[] => {
    const category = of.kind === 'weightedCategoricalColumn' ? of.categoricalColumn : of;
    const ids = [`${name}/ids`, { feature: keyOf(category), lookup: lookupOf(category) }] as const;
    if (of.kind !== 'weightedCategoricalColumn') return [ids];
    return [ids, [`${name}/weights`, { feature: of.weightFeatureKey, lookup: undefined }]];
  });
  return { features, inputs: Object.fromEntries(inputs) };
}

function keyOf(column: WeighedColumn): string {
  if (column.kind !== 'crossedColumn') return column.key;
  throw headError(
    'EXPORT_UNSUPPORTED',
    `exportSavedModel: with featureSpec no column may be crossed, got ${quote(column.name)}: export without it, for features that are prepared.`,
  );
}

function lookupOf(column: WeighedColumn): CategoryLookup {
  switch (column.kind) {
    case 'vocabularyListColumn': {
      const values = [...column.ids.keys()] as string[] | number[];
      return { kind: 'vocabulary', values, defaultValue: column.defaultValue, numOovBuckets: column.numOovBuckets };
    }
    case 'identityColumn':
      return { kind: 'identity', numBuckets: column.numBuckets, defaultValue: column.defaultValue };
    default:
      return { kind: 'hash', numBuckets: column.numBuckets };
  }
}
