import { dispose, engine, reshape, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Features, SparseTensor } from '@tfjs-heads/head-api';
import {
  describeValue,
  headError,
  isMap,
  isTensor,
  type NumericColumn,
  quote,
  stringsAtHand,
  valuesAtHand,
} from '@tfjs-heads/head-kit';
import { type Ids, idsOf, PADDING } from './category-ids.js';
import type { CategoricalColumn } from './categorical-column.js';
import { columnName, type FeatureColumn } from './columns.js';
import { numericTensor } from './numeric-tensor.js';
import { keyOfSequence, prepareSequences, SEQUENCE_MASK } from './prepare-sequences.js';
import { featureOf, type HostValues, type Rows, rowsOf, tensorsOf } from './rows.js';
import type { SequenceColumn } from './sequence-columns.js';
import type { WeighedColumn } from './weighted-categorical-column.js';

/** Columns that are taken together, and what the names of what is made of them begin with. */
export interface ColumnGroup {
  /** Such as `dnn/`: groups may have columns of one name. */
  readonly prefix: string;
  readonly columns: readonly FeatureColumn[];
  /** Columns of sequences, which have what `sequenceInput` takes made of them. Default: none. */
  readonly sequences?: readonly SequenceColumn[] | undefined;
}

/**
 * Looks up the ids of categories, which is done on the host: what is left for the device are numbers, and a step that takes them can be
 * traced. Waits for values that only a device has.
 *
 * ```ts
 * const prepared = await prepareFeatures(features, [{ prefix: '', columns }]);
 * ```
 *
 * @param features A batch: tensors `[batch, ...]`, or sparse ones with the batch as their first dimension. They stay the caller's.
 * @returns The features but for texts, and for each categorical column `<prefix><column>/ids`, int32 `[batch, most]`, -1 where an example has
 *   fewer, and where it is weighted `<prefix><column>/weights`, float32. These are new, and the caller's. `most` is a power of 2 for sparse
 *   features, so that batches are of few shapes. For columns of sequences `<prefix><column>/ids`, `[batch, time]`, or `<prefix><column>/values`,
 *   `[batch, time, ...shape]`, and `<prefix>sequence_length_mask`.
 * @throws FEATURES_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN; nothing is left behind
 */
export async function prepareFeatures(features: Features, groups: readonly ColumnGroup[]): Promise<Features> {
  checkFeatures(features);
  const normalized = normalize(features, groups);
  try {
    const wanted = new Set([...tensorsToRead(features, groups), ...normalized.values()]);
    // All at once, and of what is at hand a copy: the caller may change the array meanwhile.
    const read = new Map(
      await Promise.all(
        [...wanted].map(async (one) => {
          const values = atHand(one);
          return [one, values === undefined ? await one.data<'string'>() : copy(values)] as const;
        }),
      ),
    );
    return prepare(features, groups, normalized, (one) => read.get(one) ?? notAtHand(one));
  } finally {
    dispose([...normalized.values()]);
  }
}

/**
 * The same at once, for features whose values need not be waited for: all on cpu and wasm, and those that came from the host and have
 * not been used yet.
 *
 * @throws As {@link prepareFeatures}, and FEATURES_INVALID where values would have to be waited for
 */
export function prepareFeaturesAtHand(features: Features, groups: readonly ColumnGroup[]): Features {
  checkFeatures(features);
  const normalized = normalize(features, groups);
  try {
    return prepare(features, groups, normalized, (one) => atHand(one) ?? notAtHand(one));
  } finally {
    dispose([...normalized.values()]);
  }
}

/** Whether all is there that {@link prepareFeatures} makes. */
export function isPrepared(features: Features, groups: readonly ColumnGroup[]): boolean {
  const masks = groups.flatMap(({ prefix, sequences }) => (sequences === undefined ? [] : prefix + SEQUENCE_MASK));
  const names = [...categoriesOf(groups).map(({ name }) => `${name}/ids`), ...masks];
  return names.every((name) => Object.hasOwn(features, name));
}

function checkFeatures(features: unknown): asserts features is Features {
  if (isMap(features)) return;
  throw headError(
    'FEATURES_INVALID',
    `features should be a dictionary of Tensors: features must be a map of names to tensors, got ${describeValue(features)}.`,
  );
}

/** The categories of columns, by the names of the columns. */
export function categoriesOf(
  groups: readonly ColumnGroup[],
): readonly { readonly name: string; readonly of: CategoricalColumn }[] {
  return groups.flatMap(({ prefix, columns }) =>
    columns.flatMap((column) => {
      if (column.kind === 'numericColumn' || column.kind === 'bucketizedColumn') return [];
      const of =
        'categoricalColumn' in column && column.kind !== 'weightedCategoricalColumn'
          ? column.categoricalColumn
          : column;
      return { name: prefix + columnName(column), of };
    }),
  );
}

function tensorsToRead(features: Features, groups: readonly ColumnGroup[]): readonly Tensor[] {
  const keys = categoriesOf(groups).flatMap(({ of }) =>
    of.kind === 'weightedCategoricalColumn' ? [of.weightFeatureKey, ...keysOf(of.categoricalColumn)] : keysOf(of),
  );
  keys.push(...groups.flatMap(({ sequences = [] }) => sequences.map(keyOfSequence)));
  return [...new Set(keys)].flatMap((key) => tensorsOf(featureOf(features, key)));
}

function keysOf(column: WeighedColumn): readonly string[] {
  if (column.kind !== 'crossedColumn') return [column.key];
  return column.leaves.map((leaf) =>
    typeof leaf === 'string' ? leaf : leaf.kind === 'bucketizedColumn' ? leaf.sourceColumn.key : leaf.key,
  );
}

/** What is crossed after a `normalizerFn`, which the caller disposes of. */
function normalize(features: Features, groups: readonly ColumnGroup[]): ReadonlyMap<NumericColumn, Tensor> {
  const crossed = categoriesOf(groups).flatMap(({ of }) => {
    const category = of.kind === 'weightedCategoricalColumn' ? of.categoricalColumn : of;
    return category.kind === 'crossedColumn' ? category.leaves : [];
  });
  const columns = crossed.flatMap((leaf) =>
    typeof leaf === 'object' && leaf.kind === 'bucketizedColumn' && leaf.sourceColumn.normalizerFn !== undefined
      ? leaf.sourceColumn
      : [],
  );
  const made = new Map<NumericColumn, Tensor>();
  try {
    for (const column of new Set(columns))
      made.set(
        column,
        tidy(() => reshape(numericTensor(features, column), [-1])),
      );
    return made;
  } catch (error) {
    dispose([...made.values()]);
    throw error;
  }
}

function atHand(one: Tensor): ArrayLike<string | number> | undefined {
  return one.dtype === 'string' ? stringsAtHand(one) : valuesAtHand(one);
}

function copy(values: ArrayLike<string | number>): ArrayLike<string | number> {
  return ArrayBuffer.isView(values) ? (values as Float32Array).slice() : values; // Texts are decoded anew each time.
}

function notAtHand(one: Tensor): never {
  throw headError(
    'FEATURES_INVALID',
    `features must be prepared by prepareFeatures, which waits for values that a device has, got ${describeValue(one)} of the backend ${engine().backendName}.`,
  );
}

function prepare(
  features: Features,
  groups: readonly ColumnGroup[],
  normalized: ReadonlyMap<NumericColumn, Tensor>,
  valuesOf: HostValues,
): Features {
  const made: Tensor[] = [];
  const lookUp = lookUps(features, normalized, valuesOf);
  try {
    const prepared: Record<string, Tensor | SparseTensor> = Object.fromEntries(
      Object.entries(features).filter(([, feature]) => !holdsTexts(feature)),
    );
    for (const { name, of } of categoriesOf(groups)) {
      const category = of.kind === 'weightedCategoricalColumn' ? of.categoricalColumn : of;
      const ids = lookUp.ids(category);
      const width = widthOf(ids);
      prepared[`${name}/ids`] = add(made, padded(ids.ids, ids.offsets, width, PADDING, 'int32'));
      if (of.kind !== 'weightedCategoricalColumn') continue;
      const weights = weightsFor(of.name, ids, lookUp.rows(of.weightFeatureKey));
      prepared[`${name}/weights`] = add(made, padded(weights, ids.offsets, width, 0, 'float32'));
    }
    for (const { prefix, sequences } of groups) {
      if (sequences === undefined) continue;
      for (const [name, one] of Object.entries(prepareSequences(features, { prefix, columns: sequences }, valuesOf)))
        prepared[name] = add(made, one);
    }
    return prepared;
  } catch (error) {
    dispose(made);
    throw error;
  }
}

function add(made: Tensor[], one: Tensor): Tensor {
  made.push(one);
  return one;
}

function holdsTexts(feature: Tensor | SparseTensor): boolean {
  return isTensor(feature)
    ? feature.dtype === 'string'
    : (feature as Partial<SparseTensor>)?.values?.dtype === 'string';
}

/** Looks up each feature and each category once. */
function lookUps(
  features: Features,
  normalized: ReadonlyMap<NumericColumn, Tensor>,
  valuesOf: HostValues,
): { rows(key: string): Rows; ids(column: WeighedColumn): Ids } {
  const rowsSoFar = new Map<string, Rows>();
  const rows = (key: string): Rows => remember(rowsSoFar, key, () => rowsOf(key, featureOf(features, key), valuesOf));
  const numbers = (column: NumericColumn): Rows => {
    const numbersOf = normalized.get(column);
    const given = rows(column.key);
    return numbersOf === undefined ? given : { ...given, values: valuesOf(numbersOf) };
  };
  const idsSoFar = new Map<WeighedColumn, Ids>();
  return { rows, ids: (column) => remember(idsSoFar, column, () => idsOf(column, rows, numbers)) };
}

function remember<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

function weightsFor(name: string, { offsets }: Ids, weights: Rows): ArrayLike<number> {
  if (weights.dtype !== 'float32' && weights.dtype !== 'int32')
    throw headError(
      'FEATURES_INVALID',
      `the weights of ${quote(name)} must be of dtype float32 or int32, got ${weights.dtype}.`,
    );
  const alike =
    offsets.length === weights.offsets.length &&
    Array.from(offsets).every((offset, i) => offset === weights.offsets[i]);
  if (!alike) {
    throw headError(
      'FEATURES_INVALID',
      `the weights of ${quote(name)} must be as many for each example as there are values, got ${countsText(weights.offsets)} for ${countsText(offsets)}.`,
    );
  }
  return weights.values as ArrayLike<number>;
}

function countsText(offsets: ArrayLike<number>): string {
  return `${offsets[offsets.length - 1]} in ${offsets.length - 1} examples`;
}

/** The most values of an example; a power of 2 where examples differ. */
function widthOf({ offsets }: Ids): number {
  let [least, most] = [Infinity, 1];
  for (let row = 0; row + 1 < offsets.length; row++) {
    const count = (offsets[row + 1] as number) - (offsets[row] as number);
    least = Math.min(least, count);
    most = Math.max(most, count);
  }
  return least === most ? most : 2 ** Math.ceil(Math.log2(most));
}

function padded(
  values: ArrayLike<number>,
  offsets: ArrayLike<number>,
  width: number,
  padding: number,
  dtype: 'int32' | 'float32',
): Tensor {
  const count = offsets.length - 1;
  const filled = (dtype === 'int32' ? new Int32Array(count * width) : new Float32Array(count * width)).fill(padding);
  for (let row = 0; row < count; row++) {
    const start = offsets[row] as number;
    for (let i = start; i < (offsets[row + 1] as number); i++) filled[row * width + i - start] = values[i] as number;
  }
  return tensor(filled, [count, width], dtype);
}
