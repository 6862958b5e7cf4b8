import type { Tensor } from '@tensorflow/tfjs-core';
import type { Features, SparseTensor } from '@tfjs-heads/head-api';
import {
  checkSparse,
  checkTensor,
  describeValue,
  headError,
  isSparseTensor,
  isTensor,
  quote,
} from '@tfjs-heads/head-kit';

/** Gives the values of a tensor on the host. */
export type HostValues = (tensor: Tensor) => ArrayLike<string | number>;

/** The values of a feature by example, on the host. */
export interface Rows {
  readonly values: ArrayLike<string | number>;
  /** Where each example begins, and where the last one ends. */
  readonly offsets: ArrayLike<number>;
  readonly dtype: string;
  readonly isSparse: boolean;
}

/**
 * A feature by its name.
 *
 * @throws FEATURES_INVALID where it is missing, or is no tensor with a batch; TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function featureOf(features: Features, key: string): Tensor | SparseTensor {
  const feature: unknown = Object.hasOwn(features, key) ? features[key] : undefined;
  if (feature === undefined || feature === null) {
    throw headError(
      'FEATURES_INVALID',
      `Feature ${key} is not in features dictionary: features must hold a tensor under ${quote(key)}, got ${describeValue(features)}.`,
    );
  }
  const name = `features[${quote(key)}]`;
  if (!isTensor(feature) && isSparseTensor(feature))
    return checkSparse(name, feature, { dtype: 'FEATURES_INVALID', shape: 'FEATURES_INVALID' });
  const tensor = checkTensor(name, feature, 'a tensor or a SparseTensor', 'FEATURES_INVALID');
  if (tensor.rank === 0) {
    throw headError(
      'FEATURES_INVALID',
      `Feature (key: ${key}) cannot have rank 0: ${name} must be of shape [batch, ...], got [].`,
    );
  }
  return tensor;
}

/** The tensors that {@link rowsOf} asks values of. */
export function tensorsOf(feature: Tensor | SparseTensor): readonly Tensor[] {
  return isTensor(feature) ? [feature] : [feature.indices, feature.values];
}

/**
 * The values of a feature by example. What an example has is taken in one row, whatever its rank.
 *
 * @throws FEATURES_INVALID for a sparse feature whose examples are not in their order
 */
export function rowsOf(key: string, feature: Tensor | SparseTensor, valuesOf: HostValues): Rows {
  if (isTensor(feature)) {
    const count = feature.shape[0] as number;
    const width = count === 0 ? 0 : feature.size / count;
    const offsets = Int32Array.from({ length: count + 1 }, (_, row) => row * width);
    return { values: valuesOf(feature), offsets, dtype: feature.dtype, isSparse: false };
  }
  const [count, rank] = [feature.denseShape[0] ?? 0, feature.denseShape.length];
  const indices = valuesOf(feature.indices) as ArrayLike<number>;
  const values = valuesOf(feature.values);
  const offsets = new Int32Array(count + 1);
  let last = 0;
  for (let i = 0; i < values.length; i++) {
    const row = indices[i * rank] as number;
    if (!(row >= last && row < count)) {
      throw headError(
        'FEATURES_INVALID',
        `features[${quote(key)}].indices must be in row-major order, each example below ${count}, got the example ${row} after ${last}.`,
      );
    }
    last = row;
    (offsets[row + 1] as number)++;
  }
  for (let row = 0; row < count; row++) (offsets[row + 1] as number) += offsets[row] as number;
  return { values, offsets, dtype: feature.values.dtype, isSparse: true };
}
