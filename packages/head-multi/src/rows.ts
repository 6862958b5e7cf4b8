// Shapes and rows of tensors, differentiable as often as asked for, with no registered gradient.
import {
  argMax,
  cast,
  concat,
  customGrad,
  engine,
  gather,
  getKernel,
  registerKernel,
  reshape,
  tensor1d,
  where,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { KernelFunc, Tensor } from '@tensorflow/tfjs-core';
import { type HostArray, hostMemory, scoped, viewAll } from '@tfjs-heads/head-kit';

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
    value: rowsAt(x as Tensor, rows, false),
    gradFunc: (dy: Tensor) => spreadRows(dy, rows, count),
  }))(matrix);
}

/** The rows where they came from, and 0 in all others. */
function spreadRows(matrix: Tensor, rows: Int32Array, count: number): Tensor {
  const places = new Int32Array(count).fill(rows.length); // the row of zeros that is put behind
  rows.forEach((row, place) => (places[row] = place));
  return customGrad((x) => ({
    value: rowsAt(x as Tensor, places, true),
    gradFunc: (dy: Tensor) => pickRows(dy, rows),
  }))(matrix);
}

/** A loop where the data lie in this process' memory: there tfjs gathers number by number. */
const ROWS = 'TfjsHeads.Rows/1';

/** The rows of a matrix at some places, the one behind the last being a row of zeros where `isPadded`. */
function rowsAt(x: Tensor, places: Int32Array, isPadded: boolean): Tensor {
  const { backendName } = engine();
  if (getKernel(ROWS, backendName) === undefined)
    registerKernel({ kernelName: ROWS, backendName, kernelFunc: rowsKernel });
  return engine().runKernel<Tensor>(ROWS, { x, indices: tensor1d(places, 'int32') }, { isPadded });
}

const rowsKernel: KernelFunc = ({ inputs, attrs, backend }) => {
  const { x, indices } = inputs as { x: Tensor; indices: Tensor };
  const k = x.shape[1] as number;
  const memory = hostMemory(backend as object);
  if (memory === undefined)
    return scoped(() => gather(attrs?.['isPadded'] === true ? concat([x, zeros([1, k])], 0) : x, indices));
  const picked = memory.allocate([indices.shape[0] as number, k], x.dtype);
  const [from, at, into] = viewAll(memory, [x, indices, picked]) as [HostArray, HostArray, HostArray];
  for (let row = 0, i = 0; row < at.length; row++) {
    const start = (at[row] as number) * k;
    for (let j = start; j < start + k; j++, i++) into[i] = start < from.length ? (from[j] as number) : 0;
  }
  return picked;
};

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
