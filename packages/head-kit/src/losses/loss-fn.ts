import { util } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Features } from '@tfjs-heads/head-api';
import { describe, shapeText } from '../checks/describe.js';
import { ask } from '../checks/kinds.js';
import { checkLive, checkNumeric, checkTensor } from '../checks/tensor.js';
import { headError } from '../error.js';
import { toFloat32 } from './device-ops.js';
import { type Loss, type LossBase, lossesPerRow } from './loss.js';

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

/** A custom loss with its number of labels and losses a row: see {@link customLoss}. */
export interface CustomLoss extends Pick<LossBase, 'labelsPerRow' | 'lossesPerRow'> {
  readonly lossFn: LossFn;
}

/**
 * A custom loss for a head whose labels or losses are not one for each logit, such as ids of classes.
 *
 * ```ts
 * protected readonly elementLoss = customLoss(crossEntropy, { labelsPerRow: () => 1, lossesPerRow: () => 1 });
 * ```
 */
export function customLoss(lossFn: LossFn, perRow: Pick<LossBase, 'labelsPerRow' | 'lossesPerRow'> = {}): CustomLoss {
  return { ...perRow, lossFn };
}

/**
 * What a head computes its loss by; a bare function has as many labels and losses as there are logits.
 *
 * @param k How many logits a row has.
 * @throws LOSS_FN_INVALID where it is neither a function nor a loss
 */
export function lossOrCustom(loss: Loss | LossFn | CustomLoss, k: number): Loss | CustomLoss {
  if (typeof loss === 'function') return customLoss(loss);
  if (!ask(() => isLoss(Object(loss) as Partial<LossBase & CustomLoss>), false)) {
    throw headError(
      'LOSS_FN_INVALID',
      `elementLoss must be a function or a loss with compose and, perhaps, labelsPerRow and lossesPerRow, got ${describe(loss)}.`,
    );
  }
  const losses: unknown = lossesPerRow(loss, k);
  if (losses === k || losses === 1) return loss;
  throw headError(
    'LOSS_FN_INVALID',
    `lossesPerRow of a loss must be 1 or, for rows of ${k} logits, ${k}, got ${describe(losses)}.`,
  );
}

function isLoss(loss: Partial<LossBase & CustomLoss>): boolean {
  const areFunctions = [loss.labelsPerRow, loss.lossesPerRow].every(
    (member) => member === undefined || typeof member === 'function',
  );
  return typeof (loss.compose ?? loss.lossFn) === 'function' && areFunctions;
}

export const isCustom = (loss: Loss | CustomLoss): loss is CustomLoss => 'lossFn' in loss;

/** @throws LOSS_FN_INVALID */
export function checkLossFn(lossFn: unknown): void {
  if (lossFn === undefined || typeof lossFn === 'function') return;
  throw headError(
    'LOSS_FN_INVALID',
    `lossFn must be a function that takes { labels, logits, features }, got ${describe(lossFn)}.`,
  );
}

/**
 * Calls a custom loss and checks what it returns.
 *
 * @param lossCount The last dimension of what it is to return.
 * @throws LOSS_FN_SHAPE, TENSOR_DISPOSED, TENSOR_FOREIGN, and whatever the function throws
 */
export function callLossFn(lossFn: LossFn, args: LossFnArgs, lossCount: number): Tensor {
  const given: unknown = lossFn(args);
  checkLive('The logits, when lossFn has returned,', args.logits);
  checkLive('The labels, when lossFn has returned,', args.labels);
  const expected = [...args.logits.shape.slice(0, -1), lossCount];
  const whole = `a tensor: loss_fn must return Tensor of shape [D0, D1, ... DN, ${lossCount}], here ${shapeText(expected)}`;
  const losses = checkTensor('What lossFn returns', given, whole, 'LOSS_FN_SHAPE');
  checkNumeric('What lossFn returns', losses, 'LOSS_FN_SHAPE');
  if (!util.arraysEqual(losses.shape, expected)) {
    throw headError(
      'LOSS_FN_SHAPE',
      `loss_fn must return Tensor of shape [D0, D1, ... DN, ${lossCount}]. For logits of shape ` +
        `${shapeText(args.logits.shape)} that is ${shapeText(expected)}, got loss_shape ${shapeText(losses.shape)}.`,
    );
  }
  return toFloat32(losses, expected);
}
