import { util } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Features } from '@tfjs-heads/head-api';
import { describe, shapeText } from '../checks/describe.js';
import { checkLive, checkNumeric, checkTensor } from '../checks/tensor.js';
import { headError } from '../error.js';
import { align } from './align.js';

/** What a custom loss is computed from. */
export interface LossFnArgs {
  /** float32, checked, `[D0, .., DN, labelDimension]`. */
  readonly labels: Tensor;
  /** float32, `[D0, .., DN, logitsDimension]`. */
  readonly logits: Tensor;
  /** As they were given to the head; an empty map if they were not. */
  readonly features: Features;
}

/**
 * A custom loss: returns the loss of each element, not reduced, of the shape that the head asks for.
 * Gradients go through its ops, whose own gradients must be registered, as in any network.
 */
export type LossFn = (args: LossFnArgs) => Tensor;

/** @throws LOSS_FN_INVALID */
export function checkLossFn(lossFn: unknown): void {
  if (lossFn === undefined || typeof lossFn === 'function') return;
  throw headError(
    'LOSS_FN_INVALID',
    `lossFn must be a function that takes { labels, logits, features }, but ${describe(lossFn)} came.`,
  );
}

/**
 * Calls a custom loss and checks what it returns.
 *
 * @param lossDimension The last dimension of the result.
 * @throws LOSS_FN_SHAPE, TENSOR_DISPOSED, TENSOR_FOREIGN, and whatever the function throws
 */
export function callLossFn(lossFn: LossFn, args: LossFnArgs, lossDimension: number): Tensor {
  const given: unknown = lossFn(args);
  checkLive('The logits, when lossFn has returned,', args.logits);
  checkLive('The labels, when lossFn has returned,', args.labels);
  const expected = [...args.logits.shape.slice(0, -1), lossDimension];
  const whole = `a tensor: loss_fn must return Tensor of shape [D0, D1, ... DN, ${lossDimension}], here ${shapeText(expected)}`;
  const losses = checkTensor('What lossFn returns', given, whole, 'LOSS_FN_SHAPE');
  checkNumeric('What lossFn returns', losses, 'LOSS_FN_SHAPE');
  if (!util.arraysEqual(losses.shape, expected)) {
    throw headError(
      'LOSS_FN_SHAPE',
      `loss_fn must return Tensor of shape [D0, D1, ... DN, ${lossDimension}]. For logits of shape ` +
        `${shapeText(args.logits.shape)} that is ${shapeText(expected)}, but loss_shape ${shapeText(losses.shape)} came.`,
    );
  }
  return align(losses, expected);
}
