import { cast, concat, expandDims, reshape, where } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D, Variable } from '@tensorflow/tfjs-core';
import type { Features } from '@tfjs-heads/head-api';
import { checkNumeric, checkTensor, headError, quote, shapeText } from '@tfjs-heads/head-kit';
import { type ColumnScope, hot, variableScope } from './dense-input.js';
import { embeddingLookup } from './embedding-lookup.js';
import { SEQUENCE_MASK } from './prepare-sequences.js';
import { featureOf } from './rows.js';
import {
  type SequenceColumn,
  sequenceColumnSize,
  type SequenceNumericColumn,
  sortedSequenceColumns,
} from './sequence-columns.js';

/** The numbers that columns of sequences give, and what of them is learned. */
export interface SequenceInput {
  /** How many numbers a step has. */
  readonly size: number;
  readonly trainableVariables: readonly Variable[];
  /**
   * Of prepared features the numbers, float32 `[batch, time, size]`, and which steps there are, bool `[batch, time]`, which is the features'. Made of
   * ops alone, under a tape or not; call it under a tidy. Throws FEATURES_INVALID.
   */
  apply(features: Features): { readonly steps: Tensor3D; readonly mask: Tensor2D };
}

/**
 * The input of a recurrent network: what each column gives for each step, sorted by the names of the columns and put side by side, as
 * `tf.keras.experimental.SequenceFeatures` does it. Makes the variables.
 *
 * ```ts
 * const groups = [{ prefix: '', columns: [], sequences: columns }];
 * const input = sequenceInput(columns, { store, variables: 'sequence_features/', features: '' });
 * const { steps, mask } = input.apply(await prepareFeatures(features, groups));
 * ```
 *
 * @throws FEATURE_COLUMNS_INVALID for no columns, two of one name, and one that is none of sequences
 */
export function sequenceInput(columns: readonly SequenceColumn[], scope: ColumnScope): SequenceInput {
  const sorted = sortedSequenceColumns('sequenceInput', columns);
  const parts = sorted.map((column) => sequenceColumn(column, scope));
  return {
    size: sorted.reduce((total, column) => total + sequenceColumnSize(column), 0),
    trainableVariables: [...new Set(parts.flatMap(({ variable }) => (variable?.trainable === true ? variable : [])))],
    apply(features) {
      const mask = featureOf(features, scope.features + SEQUENCE_MASK) as Tensor2D;
      const steps = concat(
        parts.map(({ apply }) => apply(features, mask)),
        2,
      ) as Tensor3D;
      return { steps, mask };
    },
  };
}

function sequenceColumn(
  column: SequenceColumn,
  { store, variables, features: prefix }: ColumnScope,
): { readonly variable?: Variable; apply(features: Features, mask: Tensor2D): Tensor } {
  if (column.kind === 'sequenceNumericColumn')
    return {
      apply: (features, mask) => numbers(column, featureOf(features, `${prefix}${column.name}/values`) as Tensor, mask),
    };
  const idsOf = (features: Features): Tensor => featureOf(features, `${prefix}${column.name}/ids`) as Tensor;
  const { numBuckets } = column.categoricalColumn;
  if (column.kind === 'sequenceIndicatorColumn') {
    return {
      apply(features) {
        const ids = idsOf(features);
        return reshape(hot(reshape(ids, [-1, 1]) as Tensor2D, numBuckets), [...ids.shape, numBuckets]);
      },
    };
  }
  const { dimension, combiner, maxNorm, initializer, trainable, sharedName } = column;
  const name = sharedName ?? `${variables}${variableScope(column.name)}/embedding_weights`;
  const variable = store.variable(name, { shape: [numBuckets, dimension], initializer, trainable });
  return {
    variable,
    apply(features) {
      const ids = idsOf(features);
      const flat = reshape(ids, [-1, 1]);
      const rows = embeddingLookup(variable as unknown as Tensor2D, { ids: flat, combiner, maxNorm });
      return reshape(rows, [...ids.shape, dimension]);
    },
  };
}

/** float32 `[batch, time, size]`, the default value where there is no step. */
function numbers(column: SequenceNumericColumn, values: Tensor, mask: Tensor2D): Tensor {
  const [count, time] = values.shape as [number, number];
  const flat = [count, time, sequenceColumnSize(column)];
  const { normalizerFn, key, defaultValue } = column;
  if (normalizerFn === undefined) return reshape(values, flat);
  const of = `what the normalizerFn of ${quote(key)} returns`;
  const result = checkTensor(of, normalizerFn(values), 'a tensor', 'FEATURES_INVALID');
  checkNumeric(of, result, 'FEATURES_INVALID');
  if (shapeText(result.shape) !== shapeText(values.shape)) {
    throw headError(
      'FEATURES_INVALID',
      `${of} must be of the shape that it was given, ${shapeText(values.shape)}, got ${shapeText(result.shape)}.`,
    );
  }
  // By choice, not by a product with 0: what becomes of the default value may be no number.
  return where(expandDims(mask, 2), reshape(cast(result, 'float32'), flat), defaultValue);
}
