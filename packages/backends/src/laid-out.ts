import { reshape, tile, type Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from './batches-of-rows.js';

/** `broadcastTo` of a tensor of as many axes as the shape, by repetitions of three axes, which every backend has. */
export function laidOut(x: Tensor, shape: readonly number[]): Tensor {
  return shape.reduce<Tensor>((of, count, axis) => {
    if (of.shape[axis] === count) return of;
    const [before, after] = [sizeOf(of.shape.slice(0, axis)), sizeOf(of.shape.slice(axis))];
    return reshape(tile(reshape(of, [before, 1, after]), [1, count, 1]), of.shape.with(axis, count));
  }, x);
}
