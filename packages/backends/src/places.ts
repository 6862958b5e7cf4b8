import { concat, mul, reshape, slice, sum, tensor1d, type Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from './batches-of-rows.js';

/** How many numbers of a place the GPU backends take: as many as a vector of theirs has. */
const most = 4;

/** Whether places `[..., numbers]` have more numbers than that. */
export const hasManyNumbers = (places: Tensor): boolean => (places.shape.at(-1) as number) > most;

/** The same places in a tensor of `shape`, which is seen with fewer axes: the last numbers of each, and their axes, as one. */
export function withFewerNumbers(places: Tensor, shape: readonly number[]): { places: Tensor; shape: number[] } {
  const count = places.shape.at(-1) as number;
  const sizes = shape.slice(most - 1, count);
  const strides = sizes.map((_, axis) => sizeOf(sizes.slice(axis + 1)));
  const rows = reshape(places, [-1, count]);
  const first = slice(rows, [0, 0], [-1, most - 1]);
  const last = sum(mul(slice(rows, [0, most - 1], [-1, -1]), tensor1d(strides, 'int32')), 1, true);
  return {
    places: reshape(concat([first, last], 1), [...places.shape.slice(0, -1), most]),
    shape: [...shape.slice(0, most - 1), sizeOf(sizes), ...shape.slice(count)],
  };
}
