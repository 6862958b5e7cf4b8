import type { Features } from '@tfjs-heads/head-api';
import { headError, isTensor, quote } from '@tfjs-heads/head-kit';
import type {
  CategoryLookup,
  CrossedPart,
  ExampleParsing,
  FeatureSpec,
  LookedUpInput,
  MadeInput,
} from '@tfjs-heads/tracing/saved-model';
import type { CrossedColumn, CrossedKey } from '../feature-columns/crossed-column.js';
import { categoriesOf, type ColumnGroup } from '../feature-columns/prepare-features.js';
import { featureOf } from '../feature-columns/rows.js';
import type { WeighedColumn } from '../feature-columns/weighted-categorical-column.js';

type Leaf = Exclude<CrossedKey, CrossedColumn>;

/**
 * How serialised examples become what the host makes of features for columns: see `prepareFeatures`.
 *
 * @param example Features as the host is given them.
 * @throws EXPORT_UNSUPPORTED for what a graph cannot cross
 */
export function exampleParsing(
  features: FeatureSpec,
  groups: readonly ColumnGroup[],
  example: Features,
): ExampleParsing {
  const inputs = categoriesOf(groups).flatMap(({ name, of }): (readonly [string, MadeInput])[] => {
    const category = of.kind === 'weightedCategoricalColumn' ? of.categoricalColumn : of;
    const made = category.kind === 'crossedColumn' ? crossOf(category, features, example) : lookedUp(category);
    const ids = [`${name}/ids`, made] as const;
    if (of.kind !== 'weightedCategoricalColumn') return [ids];
    return [ids, [`${name}/weights`, { feature: of.weightFeatureKey, lookup: undefined }]];
  });
  return { features, inputs: Object.fromEntries(inputs) };
}

function lookedUp(column: Exclude<WeighedColumn, CrossedColumn>): LookedUpInput {
  return { feature: column.key, lookup: lookupOf(column) };
}

/** In the order in which the host crosses them: dense features by their names come last. In examples all are sparse. */
function crossOf(
  { name, leaves, numBuckets, hashKey }: CrossedColumn,
  features: FeatureSpec,
  example: Features,
): MadeInput {
  if (hashKey > BigInt(Number.MAX_SAFE_INTEGER))
    throw unsupported(name, `a hashKey of at most ${Number.MAX_SAFE_INTEGER}`, String(hashKey));
  const isDense = (leaf: Leaf): boolean => typeof leaf === 'string' && isTensor(example[leaf]);
  const ordered = [...leaves.filter((leaf) => !isDense(leaf)), ...leaves.filter(isDense)];
  return { cross: ordered.map((leaf) => partOf(name, leaf, features, example)), numBuckets, hashKey: Number(hashKey) };
}

function partOf(name: string, leaf: Leaf, features: FeatureSpec, example: Features): CrossedPart {
  if (typeof leaf === 'string') {
    const given = featureOf(example, leaf);
    const { dtype } = isTensor(given) ? given : given.values;
    const parsed = Object.hasOwn(features, leaf) ? features[leaf]?.dtype : undefined;
    // A text and a number have different fingerprints.
    if (parsed === undefined || parsed === dtype) return { feature: leaf, lookup: undefined };
    throw unsupported(name, `${quote(leaf)} of the dtype in featureSpec that it has in example, ${dtype}`, parsed);
  }
  if (leaf.kind !== 'bucketizedColumn') return lookedUp(leaf);
  const { key, normalizerFn } = leaf.sourceColumn;
  if (normalizerFn === undefined) return { feature: key, boundaries: leaf.boundaries };
  throw unsupported(name, `${quote(leaf.name)} without a normalizerFn, which a graph of examples cannot call`, 'one');
}

function unsupported(name: string, expected: string, got: string): Error {
  return headError(
    'EXPORT_UNSUPPORTED',
    `exportSavedModel: with featureSpec the crossed column ${quote(name)} must have ${expected}, got ${got}: export without featureSpec, for features that are prepared.`,
  );
}

function lookupOf(column: Exclude<WeighedColumn, CrossedColumn>): CategoryLookup {
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
