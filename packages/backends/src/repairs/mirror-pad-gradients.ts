import type { Tensor } from '@tensorflow/tfjs-core';
import { changeGradients } from '../change-gradients.js';
import { backThrough, type LinearMap } from '../linear-map.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'mirror-pad-gradients';
const report = reporter(mark, undefined);

interface MirrorPadAttributes {
  readonly paddings: readonly (readonly [before: number, after: number])[];
  readonly mode: 'reflect' | 'symmetric';
}

/** The gradient of a mirrored padding cuts the padding off, on every backend; what is mirrored there counts once more for where it comes from. */
export async function repairMirrorPadGradients(): Promise<RepairReport> {
  const done = changeGradients(mark, ['MirrorPad'], () => (dy, saved, attrs) => ({
    x: () => {
      const { paddings, mode } = attrs as unknown as MirrorPadAttributes;
      const { shape } = saved[0] as Tensor;
      return paddings.reduce<Tensor>((slope, [before, after], axis) => {
        const size = shape[axis] as number;
        return before + after === 0 ? slope : backThrough(mirrored(size, before, after, mode), size, slope, axis);
      }, dy as Tensor);
    },
  }));
  if (done.length === 0) return report.notNeeded('no gradient of mirrored paddings is registered, or it is cured');
  return report.applied('the gradient of mirrored paddings left out what is mirrored; it counts now');
}

function mirrored(size: number, before: number, after: number, mode: MirrorPadAttributes['mode']): LinearMap {
  // Whether the number at the edge is its own neighbour.
  const edge = mode === 'symmetric' ? 1 : 0;
  return Array.from({ length: before + size + after }, (_, output) => {
    const at = output - before;
    const input = at < 0 ? -at - edge : at >= size ? 2 * (size - 1) - at + edge : at;
    return [[input, 1] as const];
  });
}
