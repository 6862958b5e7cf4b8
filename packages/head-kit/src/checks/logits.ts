import { cast } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { headError } from '../error.js';
import { describe, shapeText } from './describe.js';
import { checkNumeric, checkTensor } from './tensor.js';

/**
 * Checks logits and gives them as float32.
 *
 * @param dimension What their last dimension must be.
 * @returns The tensor itself if it is float32 already, else a new one.
 * @throws LOGITS_MISSING, LOGITS_DTYPE, LOGITS_SHAPE, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function checkLogits(given: unknown, dimension: number): Tensor {
  const expected = `shape [D0, D1, ... DN, ${dimension}]`;
  if (given === undefined || given === null) {
    throw headError('LOGITS_MISSING', `logits must be a tensor of ${expected}, got ${describe(given)}.`);
  }
  const logits = checkTensor('logits', given, `a tensor of ${expected}`, 'LOGITS_DTYPE');
  checkNumeric('logits', logits, 'LOGITS_DTYPE');
  if (logits.rank < 2) {
    throw headError(
      'LOGITS_SHAPE',
      `logits must have rank at least 2 (${expected}), got the shape ${shapeText(logits.shape)}.`,
    );
  }
  if (logits.shape.at(-1) !== dimension) {
    throw headError('LOGITS_SHAPE', `logits shape must be ${expected}, got ${shapeText(logits.shape)}.`);
  }
  if (logits.size === 0) {
    throw headError(
      'LOGITS_SHAPE',
      `logits must have at least one element (${expected}), got the shape ${shapeText(logits.shape)}.`,
    );
  }
  return logits.dtype === 'float32' ? logits : cast(logits, 'float32');
}
