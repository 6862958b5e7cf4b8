import { reshape, slice, transpose, type Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from './batches-of-rows.js';
import { padded, type Pads } from './padded.js';

/** `spaceToBatchND` one axis after the other, the last first: no more than five axes are transposed at once. */
export function spaceToBatch(x: Tensor, blocks: readonly number[], paddings: Pads): Tensor {
  const pads = x.shape.map((_, axis) => paddings[axis - 1] ?? ([0, 0] as const));
  return blocks.reduceRight(
    (of, block, at) => {
      const axis = at + 1;
      const [batch, size] = [of.shape[0] as number, (of.shape[axis] as number) / block];
      const [before, after] = [sizeOf(of.shape.slice(1, axis)), sizeOf(of.shape.slice(axis + 1))];
      const cut = transpose(reshape(of, [batch, before, size, block, after]), [3, 0, 1, 2, 4]);
      return reshape(cut, of.shape.with(0, block * batch).with(axis, size));
    },
    padded(x, pads, 0),
  );
}

/** `batchToSpaceND` one axis after the other, the first first. */
export function batchToSpace(x: Tensor, blocks: readonly number[], crops: Pads): Tensor {
  const whole = blocks.reduce((of, block, at) => {
    const axis = at + 1;
    const [batch, size] = [(of.shape[0] as number) / block, of.shape[axis] as number];
    const [before, after] = [sizeOf(of.shape.slice(1, axis)), sizeOf(of.shape.slice(axis + 1))];
    const joined = transpose(reshape(of, [block, batch, before, size, after]), [1, 2, 3, 0, 4]);
    return reshape(joined, of.shape.with(0, batch).with(axis, size * block));
  }, x);
  const begin = whole.shape.map((_, axis) => crops[axis - 1]?.[0] ?? 0);
  return slice(
    whole,
    begin,
    whole.shape.map((size, axis) => size - (begin[axis] as number) - (crops[axis - 1]?.[1] ?? 0)),
  );
}
