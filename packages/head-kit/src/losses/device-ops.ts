// What tfjs' ops lack, in shape, in speed or in digits.
import { cast, engine, pad, reshape, sum, tensor, util, where } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { onHost } from '../values-at-hand.js';

/** A tensor as float32 in another shape of the same size; itself where that is what it is already. */
export function toFloat32(given: Tensor, shape: number[]): Tensor {
  const float = given.dtype === 'float32' ? given : cast(given, 'float32');
  return util.arraysEqual(float.shape, shape) ? float : reshape(float, shape);
}

/** The same with no kernel to run where the values are at hand. Of what kernels are given only: nothing is on a tape. */
export function toFloat32OnHost(given: Tensor, shape: number[]): Tensor {
  const values = given.dtype === 'float32' ? undefined : onHost(given);
  return values === undefined ? toFloat32(given, shape) : tensor(Float32Array.from(values), shape);
}

/**
 * `tf.where` for tensors of one shape, or a scalar condition: webgl and webgpu refuse more than four dimensions, and
 * `tf.where` copies all three before it runs the one kernel that is needed where they are of one shape.
 */
export function whereOfAnyRank(condition: Tensor, whenTrue: Tensor, whenFalse: Tensor): Tensor {
  if (whenTrue.rank <= 4) return choose(condition, whenTrue, whenFalse);
  const flat = (x: Tensor): Tensor => (x.rank === 0 ? x : reshape(x, [x.size]));
  return reshape(choose(flat(condition), flat(whenTrue), flat(whenFalse)), whenTrue.shape);
}

function choose(condition: Tensor, whenTrue: Tensor, whenFalse: Tensor): Tensor {
  if (condition.rank !== whenTrue.rank) return where(condition, whenTrue, whenFalse);
  return engine().runKernel('Select', { condition, t: whenTrue, e: whenFalse }) as Tensor;
}

/** Below this, one float32 sum over all elements is good enough. */
const LARGE = 2048;

/**
 * The sum of all elements. webgl adds in steps whose length divides the number of elements: for a
 * prime number, in a single float32, which is 1.5e-4 off at 65,537. Zeros bring such a number near a
 * product of two numbers of like size. No upstream issue reports it.
 */
export function sumOnDevice(terms: Tensor): Tensor {
  const { size } = terms;
  const root = Math.floor(Math.sqrt(size));
  if (size < LARGE || util.nearestDivisor(size, root) <= 4 * root) return sum(terms);
  const step = 2 ** Math.ceil(Math.log2(root));
  const missing = step * Math.ceil(size / step) - size;
  return sum(pad(reshape(terms, [-1]), [[0, missing]]));
}
