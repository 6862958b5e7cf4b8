// Which steps of a batch of sequences are real.
import { cast, notEqual, reshape } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { HeadError } from '@tfjs-heads/head-api';
import {
  checkNumeric,
  checkTensor,
  describeResult,
  describeValue,
  headError,
  isMap,
  isSparseTensor,
  quote,
  readAs,
  shapeText,
  valuesAtHand,
} from '@tfjs-heads/head-kit';

/** The steps of a batch: those of its mask that are not 0. */
export interface Steps {
  /** `[batch, time]`. */
  readonly mask: Tensor;
  /** The places of the real ones in the mask, row-major; undefined where only a device knows. */
  readonly real: Int32Array | undefined;
}

/** Steps whose number is known. */
export type HostSteps = Steps & { readonly real: Int32Array };

/** Masks that were looked at. The data of a tensor never change, but a device that has them keeps none on the host. */
const known = new WeakMap<object, Int32Array>();

/**
 * The steps of a batch, by the mask among its features.
 *
 * @throws SEQUENCE_MASK_MISSING, SEQUENCE_MASK_INVALID, FEATURES_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function stepsOf(features: unknown, key: string): Steps {
  const mask = maskOf(features, key);
  const name = `features[${quote(key)}]`;
  checkNumeric(name, mask, 'SEQUENCE_MASK_INVALID');
  if (mask.rank !== 2) {
    throw headError(
      'SEQUENCE_MASK_INVALID',
      `Mask is expected to have two dimensions: ${name} must be of shape [batch, time], got ${shapeText(mask.shape)}.`,
    );
  }
  if (mask.size === 0) throw noStep(key, `the shape ${shapeText(mask.shape)}`);
  const real = known.get(mask.dataId) ?? placesIn(valuesAtHand(mask));
  if (real === undefined) return { mask, real };
  if (real.length === 0) throw noStep(key, `a mask of shape ${shapeText(mask.shape)} without one`);
  known.set(mask.dataId, real);
  return { mask, real };
}

/**
 * The mask among the features, whatever its shape.
 *
 * @throws SEQUENCE_MASK_MISSING, SEQUENCE_MASK_INVALID, FEATURES_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function maskOf(features: unknown, key: string): Tensor {
  const mask = featureAt(features, key);
  if (mask === undefined || mask === null) {
    throw headError(
      'SEQUENCE_MASK_MISSING',
      `The provided sequence_length_mask key ${quote(key)} is not in features: features must hold the mask under it, got ${describeValue(features)}.`,
    );
  }
  const name = `features[${quote(key)}]`;
  if (isSparseTensor(mask))
    throw headError('SEQUENCE_MASK_INVALID', `${name} must be a dense tensor, got ${describeValue(mask)}.`);
  return checkTensor(name, mask, 'a tensor, the mask of shape [batch, time]', 'SEQUENCE_MASK_INVALID');
}

/**
 * A feature, undefined if there is none of that name.
 *
 * @throws FEATURES_INVALID
 */
export function featureAt(features: unknown, key: string): unknown {
  if (features === undefined || features === null) return undefined;
  if (!isMap(features)) {
    throw headError('FEATURES_INVALID', `features must be a map of names to tensors, got ${describeResult(features)}.`);
  }
  return readAs(`features[${quote(key)}]`, 'FEATURES_INVALID', () =>
    Object.hasOwn(features, key) ? features[key] : undefined,
  );
}

/** Which steps are real, as bool `[batch * time, 1]` on the device. */
export function isReal({ mask }: Steps): Tensor {
  const column = reshape(mask, [-1, 1]);
  return column.dtype === 'bool' ? column : notEqual(cast(column, 'float32'), 0);
}

/** The error for a mask without a step. */
export function noStep(key: string, got: string): HeadError {
  return headError(
    'SEQUENCE_MASK_INVALID',
    `features[${quote(key)}] must have at least one step that is real, got ${got}.`,
  );
}

/** The error for what cannot be done with a mask whose values are not at hand. */
export function notAtHand(key: string, why: string): HeadError {
  return headError(
    'SEQUENCE_MASK_INVALID',
    `features[${quote(key)}] must have values that can be had without waiting for a device, since ${why}; ` +
      'make it of values: tf.tensor2d(await mask.data(), mask.shape).',
  );
}

function placesIn(values: ArrayLike<number> | undefined): Int32Array | undefined {
  if (values === undefined) return undefined;
  const places = new Int32Array(values.length);
  let count = 0;
  for (let place = 0; place < values.length; place++) if (values[place] !== 0) places[count++] = place;
  return places.slice(0, count);
}
