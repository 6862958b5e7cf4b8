import { cast, reshape, util } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Features } from '@tfjs-heads/head-api';
import { bare, describe, keysText, quote, shapeText } from './checks/describe.js';
import { ask, isMap, isSparseTensor } from './checks/kinds.js';
import { readAs } from './checks/readable.js';
import { checkLive, checkNumeric, checkTensor, describeResult } from './checks/tensor.js';
import { times } from './device-check.js';
import { headError } from './error.js';
import { isNumericColumn, type NumericColumn } from './numeric-column.js';

/** Names the feature that holds the weights of the examples. */
export type WeightColumn = string | NumericColumn;

/**
 * Fetches the weights of a batch from its features and checks them against the logits. They are of
 * shape `[D0, .., DN]` or `[D0, .., DN, 1]`, or, for heads that weigh each logit, of the logits'
 * shape. Nothing else broadcasts.
 *
 * @param perLogit Whether weights of the logits' shape are allowed.
 * @param inAnyRank Whether they may stay as they were given, as the kernel of a loss takes them: an op less on the tape.
 * @returns The weights as they came or as the column's `normalizerFn` made them, in any numeric dtype, but always of
 *   the logits' rank, unless any will do: `[D0, .., DN, 1]` or the logits' shape. A tensor of its own where that is another shape than
 *   theirs was, so call it under a tidy. Undefined without a column.
 * @throws WEIGHT_COLUMN_INVALID, FEATURES_INVALID, WEIGHTS_MISSING, WEIGHTS_SPARSE, WEIGHTS_DTYPE,
 *   WEIGHTS_SHAPE, TENSOR_DISPOSED, TENSOR_FOREIGN, and whatever the normalizer throws
 */
export function weightsOf(
  column: WeightColumn | undefined,
  features: Features | undefined,
  logits: Tensor,
  perLogit: boolean,
  inAnyRank = false,
): Tensor | undefined {
  if (features !== undefined && !isMap(features)) {
    throw headError('FEATURES_INVALID', `features must be a map of names to tensors, got ${describeResult(features)}.`);
  }
  if (column === undefined || column === null) return undefined;
  const { key, normalizerFn } = asNumericColumn(column);
  const raw = fetch(key, features);
  const weights = normalizerFn === undefined ? raw : normalized(key, raw, normalizerFn);
  const ofRows = checkShape(key, weights, logits, perLogit);
  // In the logits' rank here, once for all: whoever broadcasts by shape, as metrics do, would take `[B]` for the means over what
  // follows B, and count it once where it counts K times.
  return inAnyRank || weights.rank === logits.rank ? weights : times(weights, 1, ofRows);
}

function asNumericColumn(column: unknown): Pick<NumericColumn, 'key' | 'normalizerFn'> {
  if (typeof column === 'string') return { key: column, normalizerFn: undefined };
  if (
    isNumericColumn(column) &&
    ask(
      () =>
        typeof column.key === 'string' &&
        (column.normalizerFn === undefined || typeof column.normalizerFn === 'function'),
      false,
    )
  )
    return column;
  throw headError(
    'WEIGHT_COLUMN_INVALID',
    `Weight column must be either a string or NumericColumn: weightColumn was ${describe(column)}.`,
  );
}

function fetch(key: string, features: Features | undefined): Tensor {
  const name = `features[${quote(key)}]`;
  const feature: unknown = readAs(name, 'FEATURES_INVALID', () =>
    features !== undefined && Object.hasOwn(features, key) ? features[key] : undefined,
  );
  if (feature === undefined || feature === null) {
    throw headError(
      'WEIGHTS_MISSING',
      `Feature ${bare(key)} is not in features dictionary: features must hold the weights under ${quote(key)}, ` +
        `got ${features === undefined ? 'no features' : `the keys ${keysText(features)}`}.`,
    );
  }
  if (isSparseTensor(feature)) {
    throw headError(
      'WEIGHTS_SPARSE',
      `SparseTensor is not supported for weights: ${name} must be dense, got ${describe(feature)}.`,
    );
  }
  const weights = checkTensor(name, feature, 'a tensor of weights', 'WEIGHTS_DTYPE');
  checkNumeric(name, weights, 'WEIGHTS_DTYPE');
  if (weights.rank === 0) {
    throw headError(
      'WEIGHTS_SHAPE',
      `Weights cannot have rank 0: ${name} must be of shape [D0, D1, ... DN] or [D0, D1, ... DN, 1], got [].`,
    );
  }
  return weights;
}

function normalized(key: string, raw: Tensor, normalizerFn: (feature: Tensor) => Tensor): Tensor {
  const result = normalizerFn(raw.rank === 1 ? reshape(raw, [-1, 1]) : raw);
  checkLive(`features[${quote(key)}], when its normalizerFn has returned,`, raw);
  const name = `What the normalizerFn of ${quote(key)} returns`;
  checkNumeric(name, checkTensor(name, result, 'a tensor', 'WEIGHTS_DTYPE'), 'WEIGHTS_DTYPE');
  return result.dtype === 'float32' ? result : cast(result, 'float32');
}

/** Checks the shape of weights, and gives what it is of one for each row. */
function checkShape(key: string, weights: Tensor, logits: Tensor, perLogit: boolean): number[] {
  const rows = logits.shape.slice(0, -1);
  const perRow = [...rows, 1];
  const allowed = [rows, perRow, ...(perLogit && logits.shape.at(-1) !== 1 ? [logits.shape] : [])];
  // As in the original, [B] stands for [B, 1], also where the logits are [B, 1, K].
  const shape = weights.rank === 1 ? [...weights.shape, 1] : weights.shape;
  if (!allowed.some((other) => util.arraysEqual(other, shape))) {
    throw headError(
      'WEIGHTS_SHAPE',
      `weights shape must be one of ${allowed.map(shapeText).join(', ')} for logits of shape ${shapeText(logits.shape)}, ` +
        `got features[${quote(key)}] of shape ${shapeText(weights.shape)}.`,
    );
  }
  return perRow;
}
