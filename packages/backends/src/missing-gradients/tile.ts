import { reshape, sum, type GradFunc, type Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../batches-of-rows.js';

/** Of repetitions, and so of `broadcastTo`: what came back to each of them adds up. tfjs' own knows up to four axes, and is asked there. */
export const tileOfManyAxes =
  (original: GradFunc): GradFunc =>
  (dy, saved, attrs) => {
    const { shape } = saved[0] as Tensor;
    if (shape.length <= 4) return original(dy, saved, attrs);
    const { reps } = attrs as unknown as { reps: readonly number[] };
    return {
      x: () =>
        reps.reduce((slope, count, axis) => {
          if (count === 1) return slope;
          const repeated = slope.shape.with(axis, shape[axis] as number);
          const [before, after] = [sizeOf(repeated.slice(0, axis)), sizeOf(repeated.slice(axis))];
          return reshape(sum(reshape(slope, [before, count, after]), 1), repeated);
        }, dy as Tensor),
    };
  };
