import {
  all, any, argMax, argMin, concat, cumprod, cumsum, euclideanNorm, expandDims, gather, grad, greater, logSoftmax, logSumExp, losses, max, mean, min,
  moments, mul, norm, prod, reverse, slice, softmax, split, square, squeeze, stack, sum, tensor1d, unique, unstack, type Tensor,
} from '@tensorflow/tfjs-core';
import { tensorOf } from '../../batch.js';
import { drawn, ULPS } from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import { type OpCase, opTable } from './table.js';

type Axis = number | number[];

/** What an op is tried with. */
interface Ways {
  /** Default: true. */
  readonly hasGradient?: boolean;
  /** Whether it takes several axes at once. Default: false. */
  readonly several?: boolean;
  /** Whether it takes the last axis alone. Default: false. */
  readonly lastOnly?: boolean;
  /** How many dimensions its result has more than its input, if axes count in the result. Default: 0. */
  readonly added?: number;
}

/** Low ranks first: one failure is enough, and some kernels leave their memory at higher ones. */
const inputs = [[4], [3, 5], [2, 3, 5]].map((shape, i) => drawn(shape, 95 + i, 0.5, 2));

/** Each axis counted from the front, and the same one counted from the back. */
function pairs(rank: number, { several = false, lastOnly = false, added = 0 }: Ways): [front: Axis, back: Axis][] {
  const count = rank + added;
  const single = Array.from({ length: count }, (_, axis): [number, number] => [axis, axis - count]).filter(([axis]) => !lastOnly || axis === count - 1);
  if (!several || rank < 2) return single;
  return [...single, [[0, rank - 1], [-rank, -1]], [[0, rank - 1], [0, -1]]];
}

function understood(op: (x: Tensor, axis: Axis) => Tensor, ways: Ways = {}): OpCase {
  return async ({ judge }) => {
    const compare = async (what: string, back: Tensor, front: Tensor): Promise<void> => {
      await judge.tensorNear(what, back, { shape: front.shape, dtype: front.dtype, values: Array.from(await front.data()) }, { k: ULPS.REDUCE, scale: 1 });
    };
    try {
      for (const input of inputs) {
        for (const [front, back] of pairs(input.shape.length, ways)) {
          const x = tensorOf(input);
          const of = `of axis ${JSON.stringify(back)} of ${JSON.stringify(input.shape)}`;
          await compare(`the result ${of}`, op(x, back), op(x, front));
          // Up to two dimensions: a GPU builds shaders for each shape, and of three there are most.
          if (ways.hasGradient === false || input.shape.length > 2) continue;
          const slope = (axis: Axis): Tensor => grad((y) => sum(square(op(y, axis))))(x);
          await compare(`the gradient ${of}`, slope(back), slope(front));
        }
      }
    } catch (error) {
      // webgpu submits a shader that does not compile with what comes next, and loses both: so that it is not the next case.
      await square(tensor1d([1, 2])).data();
      throw error;
    }
  };
}

/** For ops that take one axis. */
const byAxis = (op: (x: Tensor, axis: number) => Tensor, ways?: Ways): OpCase => understood((x, axis) => op(x, axis as number), ways);

const several = { several: true } as const;
const noGradient = { hasGradient: false } as const;
const sizeOf = ({ shape }: Tensor, axis: number): number => shape.at(axis) as number;

export const axes: Check = opTable('An axis that is counted from the back is the same as that axis counted from the front.', {
  sum: understood((x, axis) => sum(x, axis), several),
  'sum-kept': understood((x, axis) => sum(x, axis, true), several),
  mean: understood((x, axis) => mean(x, axis), several),
  max: understood((x, axis) => max(x, axis), several),
  min: understood((x, axis) => min(x, axis, true), several),
  prod: understood((x, axis) => prod(x, axis), several),
  'prod-kept': understood((x, axis) => prod(x, axis, true), several),
  any: understood((x, axis) => any(greater(x, 1.25), axis), { ...several, ...noGradient }),
  all: understood((x, axis) => all(greater(x, 0.75), axis, true), { ...several, ...noGradient }),
  'arg-max': byAxis((x, axis) => argMax(x, axis), noGradient),
  'arg-min': byAxis((x, axis) => argMin(x, axis), noGradient),
  // cpu, webgl and webgpu make a shape with a hole in it, and wasm traps.
  cumsum: byAxis((x, axis) => cumsum(x, axis)),
  'cumsum-exclusive-reverse': byAxis((x, axis) => cumsum(x, axis, true, true)),
  cumprod: byAxis((x, axis) => cumprod(x, axis), noGradient),
  'cumprod-exclusive-reverse': byAxis((x, axis) => cumprod(x, axis, true, true), noGradient),
  concat: byAxis((x, axis) => concat([x, mul(x, 2)], axis)),
  stack: byAxis((x, axis) => stack([x, mul(x, 2)], axis), { added: 1 }),
  unstack: byAxis((x, axis) => unstack(x, axis).at(-1) as Tensor),
  split: byAxis((x, axis) => split(x, [1, sizeOf(x, axis) - 1], axis)[1] as Tensor),
  'split-evenly': byAxis((x, axis) => split(x, sizeOf(x, axis), axis)[1] as Tensor),
  // Native TensorFlow throws.
  gather: byAxis((x, axis) => gather(x, tensor1d([1, 0, 1], 'int32'), axis)),
  reverse: understood((x, axis) => reverse(x, axis), several),
  softmax: byAxis((x, axis) => softmax(x, axis), { lastOnly: true }),
  'log-softmax': byAxis((x, axis) => logSoftmax(x, axis), { lastOnly: true }),
  'log-sum-exp': understood((x, axis) => logSumExp(x, axis), several),
  'expand-dims': byAxis((x, axis) => expandDims(x, axis), { added: 1 }),
  squeeze: byAxis((x, axis) => {
    const size = x.shape.with(axis, 1);
    return squeeze(slice(x, size.map(() => 0), size), [axis]);
  }),
  variance: understood((x, axis) => moments(x, axis).variance, several),
  norm: understood((x, axis) => norm(x, 'euclidean', axis), several),
  'euclidean-norm': understood((x, axis) => euclideanNorm(x, axis, true), several),
  'cosine-distance': byAxis((x, axis) => losses.cosineDistance(square(x), x, axis)),
  unique: byAxis((x, axis) => unique(x, axis).values, noGradient),
});
