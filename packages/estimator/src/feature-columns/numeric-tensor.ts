import { cast, reshape } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Features } from '@tfjs-heads/head-api';
import {
  checkNumeric,
  checkTensor,
  headError,
  isTensor,
  type NumericColumn,
  quote,
  shapeText,
} from '@tfjs-heads/head-kit';
import { featureOf } from './rows.js';

/**
 * The numbers of a numeric column in a batch, float32 `[batch, size]`. Call it under a tidy.
 *
 * @throws FEATURES_INVALID, and what the `normalizerFn` throws
 */
export function numericTensor(features: Features, { key, shape, normalizerFn }: NumericColumn): Tensor {
  const feature = featureOf(features, key);
  const name = `features[${quote(key)}]`;
  if (!isTensor(feature)) {
    throw headError(
      'FEATURES_INVALID',
      `The corresponding Tensor of numerical column must be a Tensor. SparseTensor is not supported: ${name} must be dense, got a SparseTensor of shape ${shapeText(feature.denseShape)}.`,
    );
  }
  checkNumeric(name, feature, 'FEATURES_INVALID');
  const raw = feature.rank === 1 ? reshape(feature, [-1, 1]) : feature;
  const result = normalizerFn === undefined ? raw : normalizerFn(raw);
  const of = normalizerFn === undefined ? name : `what the normalizerFn of ${quote(key)} returns`;
  const numbers = checkTensor(of, result, 'a tensor', 'FEATURES_INVALID');
  checkNumeric(of, numbers, 'FEATURES_INVALID');
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (numbers.rank === 0 || numbers.size !== (numbers.shape[0] as number) * size) {
    throw headError(
      'FEATURES_INVALID',
      `${of} must be of shape [batch,${shape.join(',')}], got ${shapeText(feature.rank === 1 && numbers === raw ? feature.shape : numbers.shape)}.`,
    );
  }
  return reshape(numbers.dtype === 'float32' ? numbers : cast(numbers, 'float32'), [-1, size]);
}
