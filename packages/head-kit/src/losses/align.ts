import { cast, reshape, util } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A tensor as float32 in another shape of the same size; itself where that is what it is already. */
export function align(tensor: Tensor, shape: number[]): Tensor {
  const float = tensor.dtype === 'float32' ? tensor : cast(tensor, 'float32');
  return util.arraysEqual(float.shape, shape) ? float : reshape(float, shape);
}
