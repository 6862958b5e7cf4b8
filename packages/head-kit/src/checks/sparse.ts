import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { HeadErrorCode, SparseTensor } from '@tfjs-heads/head-api';
import { headError } from '../error.js';
import { describe, shapeText } from './describe.js';
import { listOf } from './kinds.js';
import { readAs } from './readable.js';
import { checkTensor } from './tensor.js';

/** The parts of a sparse tensor, each read once: an object of somebody else's may say something else the next time. */
export interface SparseParts {
  /** int32 `[count, denseShape.length]`. */
  readonly indices: Tensor2D;
  /** `[count]`, of any dtype. */
  readonly values: Tensor1D;
  /** Whole numbers, 0 or more. */
  readonly denseShape: readonly number[];
}

/** The codes for parts that are no tensor, and for those that do not fit each other. */
export interface SparseCodes {
  readonly dtype: HeadErrorCode;
  readonly shape: HeadErrorCode;
}

/**
 * The parts of a sparse tensor, checked against each other. Whether indices lie in the shape is not looked at: only a device may
 * know.
 *
 * @param name Which argument it is.
 * @throws The given codes, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function checkSparse(name: string, given: SparseTensor, { dtype, shape }: SparseCodes): SparseParts {
  const [indices, values, denseShape]: readonly unknown[] = (['indices', 'values', 'denseShape'] as const).map((part) =>
    readAs(`${name}.${part}`, dtype, () => given[part]),
  );
  const gotIndices = describe(indices); // both, so that no promise among them is reported as unhandled
  const gotValues = describe(values);
  const checkedIndices = checkTensor(`${name}.indices`, indices, 'an int32 tensor', dtype) as Tensor2D;
  const checkedValues = checkTensor(`${name}.values`, values, 'a tensor', dtype) as Tensor1D;
  const sizes = checkDenseShape(name, denseShape, shape);
  const [count, rank] = checkedIndices.shape;
  if (
    checkedIndices.dtype === 'int32' &&
    checkedValues.rank === 1 &&
    checkedIndices.rank === 2 &&
    count === checkedValues.size &&
    rank === sizes.length
  )
    return { indices: checkedIndices, values: checkedValues, denseShape: sizes };
  throw headError(
    shape,
    `${name}.indices must be int32 of shape [count,${sizes.length}] for ${name}.values of shape [count] in the denseShape ${shapeText(sizes)}, got ${gotIndices} and ${gotValues}.`,
  );
}

function checkDenseShape(name: string, denseShape: unknown, code: HeadErrorCode): readonly number[] {
  const sizes = listOf(denseShape);
  const isSize = (size: unknown): size is number => Number.isSafeInteger(size) && (size as number) >= 0;
  if (sizes?.every(isSize) === true) return sizes;
  const got = sizes?.every((size) => typeof size === 'number') === true ? shapeText(sizes) : describe(denseShape);
  const wrong = sizes?.find((size) => !isSize(size));
  throw headError(
    code,
    `${name}.denseShape must be a list of whole numbers, 0 or more, got ${got}${sizes === undefined ? '' : `, with ${describe(wrong)} in it`}.`,
  );
}
