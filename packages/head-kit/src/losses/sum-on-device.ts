import { pad, reshape, sum, util } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Below this, one float32 sum over all elements is good enough. */
const LARGE = 2048;

/**
 * The sum of all elements. webgl adds in steps whose length divides the number of elements: for a
 * prime number, in a single float32, which is 1.5e-4 off at 65,537. Zeros bring such a number near a
 * product of two numbers of like size. No upstream issue reports it.
 */
export function sumOnDevice(tensor: Tensor): Tensor {
  const { size } = tensor;
  const root = Math.floor(Math.sqrt(size));
  if (size < LARGE || util.nearestDivisor(size, root) <= 4 * root) return sum(tensor);
  const step = 2 ** Math.ceil(Math.log2(root));
  const missing = step * Math.ceil(size / step) - size;
  return sum(pad(reshape(tensor, [-1]), [[0, missing]]));
}
