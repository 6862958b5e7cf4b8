import { reshape, where } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** `tf.where` for tensors of one shape, or a scalar condition: webgl and webgpu refuse more than four dimensions. */
export function whereOfAnyRank(condition: Tensor, whenTrue: Tensor, whenFalse: Tensor): Tensor {
  if (whenTrue.rank <= 4) return where(condition, whenTrue, whenFalse);
  const flat = (tensor: Tensor): Tensor => (tensor.rank === 0 ? tensor : reshape(tensor, [tensor.size]));
  return reshape(where(flat(condition), flat(whenTrue), flat(whenFalse)), whenTrue.shape);
}
