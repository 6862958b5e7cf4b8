import { pad, reshape, slice, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import { sizeOf } from './batches-of-rows.js';

/** `change` of `x` seen as [before, along the axis, after]; it may change how much there is along the axis. */
export function alongAxis(x: Tensor, axis: number, change: (x: Tensor3D) => Tensor): Tensor {
  const before = sizeOf(x.shape.slice(0, axis));
  const after = sizeOf(x.shape.slice(axis + 1));
  const size = x.shape[axis] as number;
  const changed = change(reshape(x, [before, size, after]));
  return reshape(changed, x.shape.with(axis, changed.shape[1] as number));
}

/** `before` and `after` zeros, or other values, more along the axis; fewer numbers where one of them is negative. As rank 3: webgl pads no tensors of rank 5 (#6167). */
export function padAlong(x: Tensor, axis: number, before: number, after: number, value = 0): Tensor {
  if (before === 0 && after === 0) return x;
  return alongAxis(x, axis, (rows) => {
    const from = Math.max(0, -before);
    const size = rows.shape[1] - from - Math.max(0, -after);
    const kept = slice(rows, [0, from, 0], [-1, size, -1]);
    const paddings: [number, number][] = [
      [0, 0],
      [Math.max(0, before), Math.max(0, after)],
      [0, 0],
    ];
    return pad(kept, paddings, value);
  });
}

/** `step - 1` zeros after each number along the axis, but after the last. */
export function spread(x: Tensor, axis: number, step: number): Tensor {
  if (step === 1) return x;
  const spaced = alongAxis(x, axis, (rows) => {
    const [before, size, after] = rows.shape;
    return reshape(
      pad(reshape(rows, [before, size, 1, after]), [
        [0, 0],
        [0, 0],
        [0, step - 1],
        [0, 0],
      ]),
      [before, size * step, after],
    );
  });
  return padAlong(spaced, axis, 0, 1 - step);
}

/** Each `step`-th number along the axis, from the first on: what `spread` came from. */
export function every(x: Tensor, axis: number, step: number): Tensor {
  if (step === 1) return x;
  return alongAxis(padAlong(x, axis, 0, step - 1), axis, (rows) => {
    const [before, size, after] = rows.shape;
    const count = size / step;
    return reshape(slice(reshape(rows, [before, count, step, after]), [0, 0, 0, 0], [-1, -1, 1, -1]), [
      before,
      count,
      after,
    ]);
  });
}
