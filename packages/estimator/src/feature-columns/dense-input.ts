import { cast, concat, expandDims, less, logicalNot, mul, oneHot, reshape, sum, tensor } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import type { Features } from '@tfjs-heads/head-api';
import { headError, quote } from '@tfjs-heads/head-kit';
import type { VariableStore } from '../variable-store.js';
import type { BucketizedColumn } from './bucketized-column.js';
import { columnName, columnSize, type DenseColumn, sortedDenseColumns } from './columns.js';
import type { EmbeddingColumn } from './embedding-column.js';
import { embeddingLookup } from './embedding-lookup.js';
import type { IndicatorColumn } from './indicator-column.js';
import { numericTensor } from './numeric-tensor.js';
import { featureOf } from './rows.js';

/** Where the variables of columns are, and how their names begin. */
export interface ColumnScope {
  readonly store: VariableStore;
  /** What the names of variables begin with, such as `dnn/input_from_feature_columns/input_layer/`. */
  readonly variables: string;
  /** What the names of prepared features begin with: the `prefix` of their group. */
  readonly features: string;
}

/** The numbers that columns give, and what of them is learned. */
export interface DenseInput {
  /** How many numbers an example has. */
  readonly size: number;
  readonly trainableVariables: readonly Variable[];
  /** float32 `[batch, size]`. Made of ops alone, under a tape or not; call it under a tidy. Throws FEATURES_INVALID. */
  apply(features: Features): Tensor2D;
}

/**
 * The input of a network: what each column gives, `[batch, size]`, sorted by the names of the columns and put side by side, as
 * `tf.keras.layers.DenseFeatures` does it. Makes the variables.
 *
 * ```ts
 * const input = denseInput(columns, { store, variables: 'input_layer/', features: '' });
 * const x = input.apply(prepared.features);
 * ```
 *
 * @throws FEATURE_COLUMNS_INVALID for no columns, two of one name, and a categorical one
 */
export function denseInput(columns: readonly DenseColumn[], scope: ColumnScope): DenseInput {
  const sorted = sortedDenseColumns('denseInput', columns);
  const parts = sorted.map((column) => ({ column, ...denseColumn(column, scope) }));
  return {
    size: sorted.reduce((total, column) => total + columnSize(column), 0),
    trainableVariables: [...new Set(parts.flatMap(({ variable }) => (variable?.trainable === true ? variable : [])))],
    apply(features) {
      const inputs = parts.map(({ apply }) => apply(features));
      checkBatches(sorted.map(columnName), inputs);
      return concat(inputs, 1) as Tensor2D;
    },
  };
}

/** Throws FEATURES_INVALID unless all have as many examples. */
export function checkBatches(names: readonly string[], inputs: readonly Tensor[]): void {
  const unlike = inputs.findIndex(({ shape }) => shape[0] !== inputs[0]?.shape[0]);
  if (unlike === -1) return;
  throw headError(
    'FEATURES_INVALID',
    `Batch size (first dimension) of each feature must be same: got ${inputs[0]?.shape[0]} for ${quote(names[0])} and ${inputs[unlike]?.shape[0]} for ${quote(names[unlike])}.`,
  );
}

/** What a column gives, and the variable that it has. */
export function denseColumn(
  column: DenseColumn,
  scope: ColumnScope,
): { readonly variable: Variable | undefined; apply(features: Features): Tensor } {
  const { store, features: prefix } = scope;
  if (column.kind !== 'embeddingColumn') {
    return { variable: undefined, apply: (features) => plain(column, features, prefix) };
  }
  const { dimension, combiner, maxNorm, initializer, trainable, categoricalColumn, sharedName } = column;
  const shape = [categoricalColumn.numBuckets, dimension];
  const name = sharedName ?? `${scope.variables}${variableScope(column.name)}/embedding_weights`;
  const variable = store.variable(name, { shape, initializer, trainable });
  return {
    variable,
    apply(features) {
      const { ids, weights } = prepared(features, prefix + column.name, column);
      return embeddingLookup(variable as unknown as Tensor2D, { ids, weights, combiner, maxNorm });
    },
  };
}

function plain(column: Exclude<DenseColumn, EmbeddingColumn>, features: Features, prefix: string): Tensor {
  switch (column.kind) {
    case 'numericColumn':
      return numericTensor(features, column);
    case 'bucketizedColumn':
      return buckets(numericTensor(features, column.sourceColumn), column);
    case 'indicatorColumn':
      return counts(prepared(features, prefix + column.name, column), column.categoricalColumn.numBuckets);
  }
}

/** One-hot for each number, `[batch, numBuckets]`. */
function buckets(numbers: Tensor, { boundaries, numBuckets }: BucketizedColumn): Tensor {
  const bounds = tensor([...boundaries], [1, 1, boundaries.length], 'float32');
  // Not below, rather than above or equal: NaN lies in the last one, as in the original.
  const passed = logicalNot(less(expandDims(numbers, 2), bounds));
  const ids = sum(cast(passed, 'int32'), 2);
  return reshape(hot(ids as Tensor2D, boundaries.length + 1), [-1, numBuckets]);
}

/** How often each id is there, `[batch, numBuckets]`. */
function counts({ ids, weights }: PreparedCategory, numBuckets: number): Tensor {
  const most = ids.shape[1] as number;
  const each = hot(ids as Tensor2D, numBuckets);
  const weighed = weights === undefined ? each : mul(each, reshape(weights, [-1, most, 1]));
  return most === 1 ? reshape(weighed, [-1, numBuckets]) : sum(weighed, 1);
}

/**
 * `oneHot` as float32: on wasm, tfjs' own writes integers whatever it is asked for, and on webgpu a cast leaves the integers as they are, unless
 * repaired; a product is of floats.
 */
export function hot(ids: Tensor2D, depth: number): Tensor {
  return mul(cast(oneHot(ids, depth), 'float32'), 1);
}

interface PreparedCategory {
  readonly ids: Tensor;
  readonly weights: Tensor | undefined;
}

/** What `prepareFeatures` has made of a column. */
export function prepared(
  features: Features,
  name: string,
  column: { readonly kind: string; readonly categoricalColumn?: unknown },
): PreparedCategory {
  const ids = featureOf(features, `${name}/ids`) as Tensor;
  const { kind } = (column.categoricalColumn ?? column) as IndicatorColumn['categoricalColumn'];
  const isWeighted = kind === 'weightedCategoricalColumn' || column.kind === 'weightedCategoricalColumn';
  return { ids, weights: isWeighted ? (featureOf(features, `${name}/weights`) as Tensor) : undefined };
}

/** The name of a column as that of a scope of variables. */
export function variableScope(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_.\\-]/g, '_');
}
