import { mul, slice, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { changeGradients } from '../change-gradients.js';
import { poolWindows, type WindowAxis } from '../windows.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'average-pool-gradients';
const report = reporter(mark, undefined);

/**
 * An average is of what there is under a window, not of padding; cpu, wasm, webgl and webgpu divide its gradient by the size of the window everywhere, so that
 * what stands at the edge gets too little. Nothing is tried out: where a window sticks out, the gradient is taken of the padded input, in which none does.
 */
export async function repairAveragePoolGradients(): Promise<RepairReport> {
  const done = changeGradients(mark, ['AvgPool', 'AvgPool3D'], (original) => (dy, saved, attrs) => {
    const { shape } = saved[0] as Tensor;
    const axes = poolWindows(shape, attrs as never).axes.slice(2 - shape.length);
    const shares = axes.map((axis) =>
      Array.from({ length: axis.outputs }, (_, window) => axis.places / thereOf(axis, window)),
    );
    if (shares.flat().every((share) => share === 1)) return original(dy, saved, attrs);
    const values = shares.reduce((all, of) => all.flatMap((value) => of.map((share) => value * share)), [1]);
    const whole = mul(dy as Tensor, tensor(values, [1, ...shares.map(({ length }) => length), 1]));
    const padded = zeros([shape[0] as number, ...axes.map(paddedSize), shape.at(-1) as number]);
    const { x } = original(whole, [padded], { ...attrs, pad: 'valid', dimRoundingMode: undefined as never });
    return { x: () => slice(x?.() as Tensor, [0, ...axes.map(({ before }) => before), 0], shape) };
  });
  if (done.length === 0) return report.notNeeded('no gradients of average pools are registered, or they are cured');
  return report.applied(
    `windows that stick out have gradients of what there is, not of padding, in ${done.join(', ')}`,
  );
}

/** How many places of a window are not padding; those of one that is nothing else are as good as any. */
function thereOf({ size, places, stride, before }: WindowAxis, window: number): number {
  const start = window * stride - before;
  const there = Math.min(size, start + places) - Math.max(0, start);
  return there > 0 ? there : places;
}

/** With as much padding as the last window needs. */
function paddedSize({ size, outputs, places, stride, before }: WindowAxis): number {
  return Math.max(before + size, (outputs - 1) * stride + places);
}
