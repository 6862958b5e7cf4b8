import { addN, customGrad, clone, Tensor, zeros } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import type { RegularizationLosses } from '@tfjs-heads/head-api';
import { describe } from './checks/describe.js';
import { checkNotDisposed } from './checks/tensor.js';
import { headError } from './error.js';

/**
 * The scalars to add to a loss, from the list or the function that makes it.
 *
 * @throws REGULARIZATION_LOSSES_INVALID, TENSOR_DISPOSED
 */
export function regularizationScalars(losses: RegularizationLosses | undefined): readonly Scalar[] | undefined {
  if (losses === undefined || losses === null) return undefined;
  const list: unknown = typeof losses === 'function' ? losses() : losses;
  if (!Array.isArray(list)) {
    throw headError(
      'REGULARIZATION_LOSSES_INVALID',
      `regularizationLosses must be a list of float32 scalars, or a function that returns one, but ${describe(list)} came.`,
    );
  }
  list.forEach((loss: unknown, index) => {
    if (!(loss instanceof Tensor) || loss.rank !== 0 || loss.dtype !== 'float32') {
      throw headError(
        'REGULARIZATION_LOSSES_INVALID',
        `regularizationLosses[${index}] must be a float32 scalar of shape [], but ${describe(loss)} came.`,
      );
    }
    checkNotDisposed(`regularizationLosses[${index}]`, loss);
  });
  return list as readonly Scalar[];
}

/** The sum of scalars, 0 of none. Differentiable without a registered gradient. */
export function sumOfScalars(scalars: readonly Scalar[]): Scalar {
  if (scalars.length === 0) return zeros([]);
  // One scalar would not be copied by addN, and the caller owns the result but not the input.
  const add = customGrad((...inputs) => {
    const summands = inputs.slice(0, -1) as Scalar[]; // the last is the function that saves tensors
    return {
      value: summands.length === 1 ? clone(summands[0] as Scalar) : addN(summands),
      gradFunc: (dy: Tensor) => summands.map(() => clone(dy)),
    };
  });
  return add(...scalars) as Scalar;
}
