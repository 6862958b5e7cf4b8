// Shapes and rows of tensors, differentiable as often as asked for, with no registered gradient.
import { argMax, cast, customGrad, gather, pad, reshape, tensor1d, where, zerosLike } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

export function inShape(tensor: Tensor, shape: readonly number[]): Tensor {
  return customGrad((x) => ({
    value: reshape(x as Tensor, [...shape]),
    gradFunc: (dy: Tensor) => inShape(dy, tensor.shape),
  }))(tensor);
}

/** Some rows of a matrix. */
export function pickRows(matrix: Tensor, rows: Int32Array): Tensor {
  const count = matrix.shape[0] as number;
  return customGrad((x) => ({
    value: gather(x as Tensor, tensor1d(rows, 'int32')),
    gradFunc: (dy: Tensor) => spreadRows(dy, rows, count),
  }))(matrix);
}

/** The rows where they came from, and 0 in all others. */
function spreadRows(matrix: Tensor, rows: Int32Array, count: number): Tensor {
  const places = new Int32Array(count).fill(rows.length); // the row of zeros that is put behind
  rows.forEach((row, place) => (places[row] = place));
  return customGrad((x) => {
    const padded = pad(x as Tensor, [
      [0, 1],
      [0, 0],
    ]);
    return { value: gather(padded, tensor1d(places, 'int32')), gradFunc: (dy: Tensor) => pickRows(dy, rows) };
  })(matrix);
}

/**
 * A matrix with the first row that is meant in the place of each that is not: these have values that are as good as any, and no
 * share in the gradient.
 *
 * @param isMeant bool, `[rows, 1]`.
 */
export function replaceRows(matrix: Tensor, isMeant: Tensor): Tensor {
  return customGrad((...[x, save]) => {
    (save as (tensors: Tensor[]) => void)([isMeant]);
    const first = gather(x as Tensor, argMax(cast(isMeant, 'float32'), 0));
    return {
      value: where(isMeant, x as Tensor, first),
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => keepRows(dy, saved as Tensor),
    };
  })(matrix);
}

function keepRows(matrix: Tensor, isMeant: Tensor): Tensor {
  return customGrad((...[x, save]) => {
    (save as (tensors: Tensor[]) => void)([isMeant]);
    return {
      value: where(isMeant, x as Tensor, zerosLike(x as Tensor)),
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => keepRows(dy, saved as Tensor),
    };
  })(matrix);
}
