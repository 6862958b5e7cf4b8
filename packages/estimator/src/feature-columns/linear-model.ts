import { add, addN, matMul, mul } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import type { Features } from '@tfjs-heads/head-api';
import { zeros } from '../initializers.js';
import { columnName, columnSize, type FeatureColumn, isDense, sortedColumns } from './columns.js';
import { checkBatches, type ColumnScope, denseColumn, prepared, variableScope } from './dense-input.js';
import { checkCombiner, type Combiner } from './embedding-column.js';
import { embeddingLookup } from './embedding-lookup.js';

/** The options of {@link linearModel}. */
export interface LinearModelOptions {
  /** How many logits there are. */
  readonly units: number;
  /** How several values of a category become one. Default: `sum`. */
  readonly sparseCombiner?: Combiner | undefined;
}

/** Weights for each column, and a bias. */
export interface LinearModel {
  /** The weights in the order of their columns, those of embeddings before those of their columns, then the bias. */
  readonly trainableVariables: readonly Variable[];
  /** float32 `[batch, units]`. Made of ops alone, under a tape or not; call it under a tidy. Throws FEATURES_INVALID. */
  apply(features: Features): Tensor2D;
}

/**
 * What each column gives times its weights, added up, and a bias. All weights begin with zero. Makes the variables: `<column>/weights`, `[size, units]`,
 * and `bias_weights`, `[units]`.
 *
 * @param columns Categories as they are, and dense columns.
 * @throws FEATURE_COLUMNS_INVALID for no columns, two of one name, and an unknown combiner
 */
export function linearModel(
  columns: readonly FeatureColumn[],
  scope: ColumnScope,
  { units, sparseCombiner = 'sum' }: LinearModelOptions,
): LinearModel {
  const sorted = sortedColumns('linearModel', columns);
  checkCombiner('linearModel', 'sparseCombiner', sparseCombiner);
  const parts = sorted.map((column) => weighedColumn(column, scope, units, sparseCombiner));
  const bias = scope.store.variable(`${scope.variables}bias_weights`, { shape: [units], initializer: zeros });
  const variables = [...parts.flatMap(({ variables: of }) => of), bias];
  return {
    trainableVariables: [...new Set(variables)].filter(({ trainable }) => trainable),
    apply(features) {
      const sums = parts.map(({ apply }) => apply(features));
      checkBatches(sorted.map(columnName), sums);
      return add(sums.length === 1 ? (sums[0] as Tensor) : addN(sums), bias);
    },
  };
}

interface WeighedPart {
  readonly variables: readonly Variable[];
  apply(features: Features): Tensor;
}

function weighedColumn(column: FeatureColumn, scope: ColumnScope, units: number, combiner: Combiner): WeighedPart {
  const name = columnName(column);
  const weights = scope.store.variable(`${scope.variables}${variableScope(name)}/weights`, {
    shape: [columnSize(column), units],
    initializer: zeros,
  }) as unknown as Tensor2D & Variable;
  if (!isDense(column)) {
    const apply = (features: Features): Tensor =>
      embeddingLookup(weights, { ...prepared(features, scope.features + name, column), combiner });
    return { variables: [weights], apply };
  }
  const { variable, apply } = denseColumn(column, scope);
  // Buckets are a category with a value for each number.
  const share = column.kind === 'bucketizedColumn' ? shareOf(column.sourceColumn.shape[0] as number, combiner) : 1;
  return {
    variables: variable === undefined ? [weights] : [variable, weights],
    apply(features) {
      const product = matMul(apply(features), weights);
      return share === 1 ? product : mul(product, share);
    },
  };
}

function shareOf(count: number, combiner: Combiner): number {
  return combiner === 'sum' ? 1 : combiner === 'mean' ? 1 / count : 1 / Math.sqrt(count);
}
