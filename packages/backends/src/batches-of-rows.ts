import { add, range, reshape, transpose, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';

/** How `gather` sees its input: [batch, outer, size, inner], of which it takes some of the `size` for each batch. */
export interface BatchesOfRows {
  readonly batch: number;
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
}

export interface GatherAttributes {
  readonly axis: number;
  readonly batchDims: number;
}

export function batchesOfRows(shape: readonly number[], { axis, batchDims }: GatherAttributes): BatchesOfRows {
  const at = axis < 0 ? axis + shape.length : axis;
  return {
    batch: sizeOf(shape.slice(0, batchDims)),
    outer: sizeOf(shape.slice(batchDims, at)),
    size: shape[at] as number,
    inner: sizeOf(shape.slice(at + 1)),
  };
}

/** Numbers [batch, outer, count, inner] as rows [batch * count, outer * inner]. */
export function toRows(x: Tensor, { batch, outer, inner }: BatchesOfRows): Tensor {
  const count = x.size / (batch * outer * inner);
  return reshape(transpose(reshape(x, [batch, outer, count, inner]), [0, 2, 1, 3]), [batch * count, outer * inner]);
}

/** What `toRows` came from, of that shape. */
export function fromRows(rows: Tensor, { batch, outer, inner }: BatchesOfRows, shape: number[]): Tensor {
  const count = rows.size / (batch * outer * inner);
  return reshape(transpose(reshape(rows, [batch, count, outer, inner]), [0, 2, 1, 3]), shape);
}

/** Places in each batch's `size` as places in the rows of all. */
export function rowNumbers(places: Tensor, { batch, size }: BatchesOfRows): Tensor1D {
  const first = reshape(range(0, batch * size, size, 'int32'), [batch, 1]);
  return reshape(add(reshape(places, [batch, places.size / batch]), first), [-1]);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((all, size) => all * size, 1);
}
