import {
  cumprod,
  cumsum,
  getBackend,
  getKernel,
  mirrorPad,
  pad,
  reshape,
  reverse,
  stridedSlice,
  tidy,
  util,
  where,
  type KernelFunc,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { alongAxis } from '../along-axis.js';
import { sizeOf } from '../batches-of-rows.js';
import { sliceOf, type StridedSliceAttributes } from '../slices.js';
import { isWrapped, wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'gpu-ranks';
const report = reporter(mark, 6167);

type Inputs = Readonly<Record<'x' | 'condition' | 't' | 'e', Tensor>>;
type Pads = readonly (readonly [before: number, after: number])[];

interface Attributes extends StridedSliceAttributes {
  readonly paddings: Pads;
  readonly constantValue: number;
  readonly mode: 'reflect' | 'symmetric';
  readonly dims: number[];
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

/** What a kernel gives of tensors of five and more axes, by the operation on fewer. */
type ByFewer = (inputs: Inputs, attrs: Attributes) => Tensor;

const sumsSoFar =
  (operation: typeof cumsum | typeof cumprod): ByFewer =>
  ({ x }, { axis, exclusive, reverse: isReversed }) => {
    const [at] = util.parseAxisParam(axis, x.shape) as [number];
    return alongAxis(x, at, (lines) => operation(lines, 1, exclusive, isReversed));
  };

const kernels: Readonly<Record<string, ByFewer>> = {
  PadV2: ({ x }, { paddings, constantValue }) => padded(x, paddings, constantValue),
  MirrorPad: ({ x }, { paddings, mode }) =>
    paddings.reduce(
      (of, [before, after], axis) =>
        before + after === 0
          ? of
          : alongAxis(of, axis, (lines) =>
              mirrorPad(
                lines,
                [
                  [0, 0],
                  [before, after],
                  [0, 0],
                ],
                mode,
              ),
            ),
      x,
    ),
  Reverse: ({ x }, { dims }) =>
    util.parseAxisParam(dims, x.shape).reduce((of, axis) => alongAxis(of, axis, (lines) => reverse(lines, 1)), x),
  StridedSlice: ({ x }, attrs) => sliced(x, attrs),
  Cumsum: sumsSoFar(cumsum),
  Cumprod: sumsSoFar(cumprod),
  // All of them have one shape, or the condition is for the first axis.
  Select: ({ condition, t, e }) => {
    const shape = [condition.size, t.size / condition.size];
    const flat = (of: Tensor): Tensor => reshape(of, shape);
    return reshape(where(reshape(condition, [condition.size, 1]), flat(t), flat(e)), t.shape);
  },
};

/**
 * Of tensors of five and six axes webgl and webgpu cannot pad, mirror, reverse, slice with strides, add up so far or choose. webgl throws, as the shader does not compile; on webgpu
 * paddings and slices are zeros, in silence, and what is queued with them is lost. The same on fewer axes gives the same numbers.
 *
 * It is not tried out, as that would take shaders that do not compile.
 */
export async function repairGpuRanks(): Promise<RepairReport> {
  const backendName = getBackend();
  if (backendName !== 'webgl' && backendName !== 'webgpu')
    return report.notNeeded('the backend is neither webgl nor webgpu');
  const wrong = Object.entries(kernels).filter(
    ([name]) => getKernel(name, backendName) !== undefined && !isWrapped(mark, name, backendName),
  );
  if (wrong.length === 0)
    return report.notNeeded('tensors of five and six axes are taken, or there are no such kernels');
  for (const [name, byFewer] of wrong) wrapKernel(mark, name, backendName, (original) => onFewer(original, byFewer));
  return report.applied(
    `tensors of five and six axes were not taken, or zeros came out; they go by fewer axes now, in ${wrong.map(([name]) => name).join(', ')}`,
  );
}

function onFewer(original: KernelFunc, byFewer: ByFewer): KernelFunc {
  return (params) => {
    const inputs = params.inputs as unknown as Inputs;
    if ((inputs.x ?? inputs.t).shape.length <= 4) return original(params);
    return tidy(() => byFewer(inputs, params.attrs as unknown as Attributes)) as TensorInfo;
  };
}

/** Up to three axes at once, which are all that volumes have: what stays as it is behind one of them is part of it, and is padded by as many times more. */
function padded(x: Tensor, paddings: Pads, value: number): Tensor {
  const isPadded = ([before, after]: Pads[number]): boolean => before + after > 0;
  const axes = paddings.flatMap((of, axis) => (isPadded(of) ? [axis] : [])).slice(-3);
  const sizes = [0, ...axes].map((from, group) => sizeOf(x.shape.slice(from, axes[group])));
  const pads = axes.map((axis, group) => {
    const behind = sizeOf(x.shape.slice(axis + 1, axes[group + 1]));
    return (paddings[axis] as Pads[number]).map((count) => count * behind) as [number, number];
  });
  const shape = x.shape.map((size, axis) => {
    const [before, after] = paddings[axis] as Pads[number];
    return axes.includes(axis) ? before + size + after : size;
  });
  const some = reshape(pad(reshape(x, sizes), [[0, 0], ...pads], value), shape);
  const left = paddings.map((of, axis) => (axes.includes(axis) ? ([0, 0] as const) : of));
  return left.some(isPadded) ? padded(some, left, value) : some;
}

function sliced(x: Tensor, attrs: Attributes): Tensor {
  const { begin, end, strides, finalShape } = sliceOf(x.shape, attrs);
  const cut = x.shape.reduce((of, size, axis) => {
    const [from, to, step] = [begin[axis], end[axis], strides[axis]] as [number, number, number];
    if (from === 0 && to === size && step === 1) return of;
    // Backwards to the very first, the end is before it: -1 would be the last.
    return alongAxis(of, axis, (lines) =>
      stridedSlice(lines, [0, from, 0], lines.shape.with(1, to), [1, step, 1], 0, to < 0 ? 2 : 0),
    );
  }, x);
  return reshape(cut, finalShape);
}
