import { util } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { headError } from '../error.js';
import { describe, shapeText } from './describe.js';
import { isSparseTensor } from './kinds.js';
import { checkNumeric, checkTensor } from './tensor.js';

/**
 * Checks that there are labels at all.
 *
 * @throws LABELS_MISSING
 */
export function checkLabelsGiven(labels: unknown, expected: string): void {
  if (labels !== undefined && labels !== null) return;
  throw headError(
    'LABELS_MISSING',
    `You must provide a labels Tensor: labels must be ${expected}, got ${describe(labels)}.`,
  );
}

/**
 * Checks that `labels` is there and dense.
 *
 * @throws LABELS_MISSING, LABELS_SPARSE, LABELS_DTYPE, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
function checkDense(labels: unknown, expected: string): Tensor {
  checkLabelsGiven(labels, expected);
  if (isSparseTensor(labels)) {
    throw headError(
      'LABELS_SPARSE',
      `SparseTensor labels are not supported: labels must be ${expected}, got ${describe(labels)}.`,
    );
  }
  return checkTensor('labels', labels, `a tensor, ${expected}`, 'LABELS_DTYPE');
}

/**
 * Checks dense labels, numeric unless something else is asked for, against logits. Their shape must be `[D0, .., DN, dimension]`, with
 * the logits' leading dimensions, or, when that leaves one dimension out, `[D0, .., DN]`.
 *
 * @param dimension The last dimension of the labels; 1 for labels that hold an id.
 * @param checkDtype Throws for labels of a dtype that is not allowed. Default: all but numeric ones.
 * @returns The labels as they were given: with as many elements as the expected shape, but perhaps of one
 *   rank less, and of any dtype that is allowed.
 * @throws LABELS_MISSING, LABELS_SPARSE, LABELS_DTYPE, LABELS_SHAPE, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function checkDenseLabels(
  labels: unknown,
  logits: Tensor,
  dimension: number,
  checkDtype: (labels: Tensor) => void = (dense) => checkNumeric('labels', dense, 'LABELS_DTYPE'),
): Tensor {
  const target = [...logits.shape.slice(0, -1), dimension];
  const dense = checkDense(labels, `dense, of shape ${shapeText(target)}`);
  checkDtype(dense);
  const shape = dense.rank === logits.rank - 1 ? [...dense.shape, 1] : dense.shape;
  const got = (): string =>
    `got labels of shape ${shapeText(dense.shape)} with logits of shape ${shapeText(logits.shape)}`;
  if (shape.length < 2) {
    throw headError('LABELS_SHAPE', `labels must have rank at least 2, shape ${shapeText(target)}, ${got()}.`);
  }
  if (shape.at(-1) !== dimension) {
    throw headError(
      'LABELS_SHAPE',
      `Mismatched label shape. Expected labels dimension=${dimension}, shape ${shapeText(target)}, ${got()}.`,
    );
  }
  if (!util.arraysEqual(shape, target)) {
    throw headError(
      'LABELS_SHAPE',
      `labels shape must be [D0, D1, ... DN, ${dimension}], here ${shapeText(target)}, ${got()}.`,
    );
  }
  return dense;
}
