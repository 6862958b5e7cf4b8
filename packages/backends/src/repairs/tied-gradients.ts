import { cast, div, equal, mul, reshape, sign, sum, type Tensor, util } from '@tensorflow/tfjs-core';
import { changeGradients } from '../change-gradients.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'tied-gradients';
const report = reporter(mark, undefined);

/**
 * Where there is no slope TensorFlow takes the middle: that of abs at 0 is 0, not -1, and numbers that are equally large share what comes back to the largest instead
 * of having the whole of it each.
 */
export async function repairTiedGradients(): Promise<RepairReport> {
  const done = [
    ...changeGradients(mark, ['Abs'], () => (dy, saved) => ({
      x: () => mul(dy as Tensor, sign(cast(saved[0] as Tensor, 'float32'))),
    })),
    ...changeGradients(mark, ['Max', 'Min'], () => (dy, saved, attrs) => ({
      x: () => {
        const [x, y] = saved as [Tensor, Tensor];
        const axes = util.parseAxisParam((attrs['reductionIndices'] ?? attrs['axis']) as number | number[], x.shape);
        const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
        const isMost = cast(equal(x, reshape(y, kept)), 'float32');
        return mul(div(reshape(dy as Tensor, kept), sum(isMost, axes, true)), isMost);
      },
    })),
  ];
  if (done.length === 0) return report.notNeeded('no gradients are registered, or they are cured');
  return report.applied(`gradients at ties were not those of TensorFlow; they are now, in ${done.join(', ')}`);
}
