import {
  backend_util,
  getGradient,
  type GradConfig,
  ones,
  reshape,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { changeGradients } from '../change-gradients.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'broadcast-gradients';
const report = reporter(mark, 8721);

/** What forgets it. */
const kernels = ['Maximum', 'Minimum', 'SquaredDifference', 'BatchMatMul'];

/** An operand that is broadcast has a gradient of its own shape: that of maximum, minimum, squaredDifference and matMul was the result's, which is an error. */
export async function repairBroadcastGradients(): Promise<RepairReport> {
  const maximum = getGradient('Maximum');
  if (maximum === undefined) return report.notNeeded('no gradients are registered');
  if (isRight(maximum)) return report.notNeeded('gradients add up over what was broadcast');
  const done = changeGradients(mark, kernels, (original) => (dy, saved, attrs) => {
    const slopes = original(dy, saved, attrs);
    const [a, b] = saved as [Tensor, Tensor];
    return {
      a: () => summedTo(a.shape, slopes['a']?.() as Tensor),
      b: () => summedTo(b.shape, slopes['b']?.() as Tensor),
    };
  });
  if (done.length === 0) return report.notNeeded('gradients add up over what was broadcast');
  return report.applied(
    `gradients of what was broadcast had the shape of the result; they add up now, in ${done.join(', ')}`,
  );
}

/** By the shape of the gradient of one number, of which the larger one of it and each of two is taken; on a backend that lacks what this takes nothing is known. */
function isRight({ gradFunc }: GradConfig): boolean {
  try {
    return tidy(() => gradFunc(ones([2]), [ones([1]), ones([2])], {})['a']?.().size === 1);
  } catch {
    return false;
  }
}

function summedTo(shape: number[], slope: Tensor): Tensor {
  const axes = backend_util.getReductionAxes(shape, slope.shape);
  return axes.length === 0 ? slope : reshape(sum(slope, axes), shape);
}
