import type { Reduction } from '@tfjs-heads/head-api';
import { cast, tidy, util } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { shapeText } from '../checks/describe.js';
import { checkReduction } from '../checks/reduction.js';
import { checkNumeric, checkTensor } from '../checks/tensor.js';
import { carryChecks } from '../device-check.js';
import { headError } from '../error.js';
import { divisorOf } from './loss.js';
import { precomputed } from './regression.js';
import { weightedLoss } from './weighted-loss.js';

/**
 * Reduces element losses to a scalar as the original does. `sum_over_batch_size` and `auto` divide
 * by the number of losses after broadcasting, never by the sum of the weights.
 *
 * Differentiable in the losses; needs no registered gradient.
 *
 * @param losses Numeric, of any shape with at least one element.
 * @param weights None, of the losses' shape, or of `[D0, .., DN, 1]` for losses `[D0, .., DN, K]`.
 * @returns float32, owned by the caller.
 * @throws LOSS_FN_SHAPE, WEIGHTS_SHAPE, WEIGHTS_DTYPE, LOSS_REDUCTION_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function reduceLoss(losses: Tensor, weights: Tensor | undefined, reduction: Reduction): Scalar {
  checkReduction(reduction);
  checkIsNumeric('losses', losses, 'LOSS_FN_SHAPE');
  if (losses.size === 0) {
    throw headError(
      'LOSS_FN_SHAPE',
      `losses must have at least one element, got the shape ${shapeText(losses.shape)}.`,
    );
  }
  if (weights !== undefined) {
    checkIsNumeric('weights', weights, 'WEIGHTS_DTYPE');
    const { shape } = losses;
    const allowed = shape.at(-1) === 1 ? [shape] : [shape, [...shape.slice(0, -1), 1]];
    if (!allowed.some((other) => util.arraysEqual(weights.shape, other))) {
      throw headError(
        'WEIGHTS_SHAPE',
        `weights shape must be ${allowed.map(shapeText).join(' or ')} for losses of shape ` +
          `${shapeText(shape)}, got ${shapeText(weights.shape)}.`,
      );
    }
  }
  const reduced = tidy(() =>
    weightedLoss(
      { logits: losses.dtype === 'float32' ? losses : cast(losses, 'float32'), ...(weights && { weights }) },
      { loss: precomputed, divisor: divisorOf(reduction, precomputed, losses) },
    ),
  );
  return carryChecks(reduced, [losses]);
}

function checkIsNumeric(
  name: string,
  value: unknown,
  code: 'LOSS_FN_SHAPE' | 'WEIGHTS_DTYPE',
): asserts value is Tensor {
  checkNumeric(name, checkTensor(name, value, 'a tensor', code), code);
}
