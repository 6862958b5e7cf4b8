import { addN, customGrad, where, zeros, zerosLike } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { RegularizationLosses } from '@tfjs-heads/head-api';
import { describe } from './checks/describe.js';
import { ask, isList } from './checks/kinds.js';
import { checkTensor, describeResult } from './checks/tensor.js';
import { carryChecks, openQuestions, times } from './device-check.js';
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
  for (let index = 0; index < list.length; index++)
    scalars.push(
      checkScalar(
        `regularizationLosses[${index}]`,
        ask(() => list[index], undefined),
      ),
    );
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

/**
 * The sum of scalars, 0 of none. Differentiable without a registered gradient; where only a device knows that one of them is
 * not valid, reading the sum rejects with its error.
 */
export function sumOfScalars(scalars: readonly Scalar[]): Scalar {
  return weightedSum(
    scalars,
    scalars.map(() => 1),
  );
}

/**
 * The sum of scalars times a number for each, as the loss of a head that is made of heads: 0 of none. Differentiable without a
 * registered gradient; where only a device knows that one of them is not valid, reading the sum rejects with its error, and the
 * gradient of all of them is 0.
 *
 * ```ts
 * const loss = weightedSum([clicks.loss(y.clicks, x.clicks), price.loss(y.price, x.price)], [1, 0.5]);
 * ```
 *
 * @returns float32, owned by the caller.
 * @throws INVALID_ARGUMENT unless there are as many numbers as scalars
 */
export function weightedSum(scalars: readonly Scalar[], weights: readonly number[]): Scalar {
  if (weights.length !== scalars.length || weights.some((weight) => typeof weight !== 'number')) {
    throw headError(
      'INVALID_ARGUMENT',
      `weights must be a number for each of ${scalars.length} scalars, got ${describe(weights)}.`,
    );
  }
  if (scalars.length === 0) return zeros([]);
  const open = openQuestions(scalars);
  const add = customGrad((...inputs) => {
    const summands = inputs.slice(0, -1).map((scalar, i) => times(scalar as Scalar, weights[i] as number)); // the last is the function that saves tensors
    const value = summands.length === 1 ? (summands[0] as Scalar) : addN(summands);
    const gradFunc = (dy: Tensor): Tensor[] => {
      const share = open.reduce(zeroUnless, dy);
      return weights.map((weight) => times(share, weight));
    };
    return { value, gradFunc };
  });
  return carryChecks(add(...scalars) as Scalar, scalars);
}

/**
 * What is not valid trains nothing: not even by the other parts of a sum. The answer of a device is its check's own; nothing is saved
 * on the tape, which tfjs would never release where an error follows.
 */
function zeroUnless(dy: Tensor, valid: Tensor): Tensor {
  if (valid.isDisposed) return dy; // it has been answered meanwhile, and reading the sum says how
  return customGrad((x) => ({
    value: where(valid, x as Tensor, zerosLike(x as Tensor)),
    gradFunc: (ddy: Tensor) => zeroUnless(ddy, valid),
  }))(dy);
}
