import { engine, reshape, where } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * `tf.where` for tensors of one shape, or a scalar condition: webgl and webgpu refuse more than four dimensions, and
 * `tf.where` copies all three before it runs the one kernel that is needed where they are of one shape.
 */
export function whereOfAnyRank(condition: Tensor, whenTrue: Tensor, whenFalse: Tensor): Tensor {
  if (whenTrue.rank <= 4) return choose(condition, whenTrue, whenFalse);
  const flat = (tensor: Tensor): Tensor => (tensor.rank === 0 ? tensor : reshape(tensor, [tensor.size]));
  return reshape(choose(flat(condition), flat(whenTrue), flat(whenFalse)), whenTrue.shape);
}

function choose(condition: Tensor, whenTrue: Tensor, whenFalse: Tensor): Tensor {
  if (condition.rank !== whenTrue.rank) return where(condition, whenTrue, whenFalse);
  return engine().runKernel('Select', { condition, t: whenTrue, e: whenFalse }) as Tensor;
}
