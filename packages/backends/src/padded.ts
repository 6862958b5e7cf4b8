import { pad, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from './batches-of-rows.js';

/** How many values there are to be before and after those of each axis. */
export type Pads = readonly (readonly [before: number, after: number])[];

/**
 * `pad` of a tensor of any number of axes by those of four and fewer. Up to three axes at once, which are all that volumes have: what stays as it is behind one of them is part of it, and is
 * padded by as many times more.
 */
export function padded(x: Tensor, paddings: Pads, value: number): Tensor {
  const isPadded = ([before, after]: Pads[number]): boolean => before + after > 0;
  const axes = paddings.flatMap((of, axis) => (isPadded(of) ? [axis] : [])).slice(-3);
  const sizes = [0, ...axes].map((from, group) => sizeOf(x.shape.slice(from, axes[group])));
  const pads = axes.map((axis, group) => {
    const behind = sizeOf(x.shape.slice(axis + 1, axes[group + 1]));
    return (paddings[axis] as Pads[number]).map((count) => count * behind) as [number, number];
  });
  const shape = x.shape.map((size, axis) => {
    const [before, after] = paddings[axis] as Pads[number];
    return axes.includes(axis) ? before + size + after : size;
  });
  const some = reshape(pad(reshape(x, sizes), [[0, 0], ...pads], value), shape);
  const left = paddings.map((of, axis) => (axes.includes(axis) ? ([0, 0] as const) : of));
  return left.some(isPadded) ? padded(some, left, value) : some;
}
