import { addN, customGrad, clone, zeros } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { RegularizationLosses } from '@tfjs-heads/head-api';
import { describe } from './checks/describe.js';
import { ask, isList } from './checks/kinds.js';
import { checkTensor, describeResult } from './checks/tensor.js';
import { headError } from './error.js';

/**
 * The scalars to add to a loss, from the list or the function that makes it.
 *
 * @throws REGULARIZATION_LOSSES_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function regularizationScalars(losses: RegularizationLosses | undefined): readonly Scalar[] | undefined {
  if (!areGiven(losses)) return undefined;
  const list: unknown = typeof losses === 'function' ? losses() : losses;
  if (!isList(list)) {
    throw headError(
      'REGULARIZATION_LOSSES_INVALID',
      `regularizationLosses must be a list of float32 scalars, or a function that returns one, got ${describeResult(list)}.`,
    );
  }
  const scalars: Scalar[] = [];
  // By index, since holes of a list are nothing to forEach, and a list may end at its first fault.
  for (let index = 0; index < list.length; index++) scalars.push(checkScalar(`regularizationLosses[${index}]`, ask(() => list[index], undefined)));
  return scalars;
}

function checkScalar(name: string, value: unknown): Scalar {
  const expected = 'a float32 scalar of shape []';
  const loss = checkTensor(name, value, expected, 'REGULARIZATION_LOSSES_INVALID');
  if (loss.rank === 0 && loss.dtype === 'float32') return loss as Scalar;
  throw headError('REGULARIZATION_LOSSES_INVALID', `${name} must be ${expected}, got ${describe(loss)}.`);
}

/** Whether there are regularization losses, and so a metric of them; an empty list counts, null does not. */
export function areGiven(losses: RegularizationLosses | null | undefined): losses is RegularizationLosses {
  return losses !== undefined && losses !== null;
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
