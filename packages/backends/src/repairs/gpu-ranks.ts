import {
  cumprod,
  cumsum,
  gatherND,
  getBackend,
  getKernel,
  mirrorPad,
  reshape,
  reverse,
  scatterND,
  sparseToDense,
  stridedSlice,
  tensorScatterUpdate,
  tidy,
  util,
  where,
  type KernelFunc,
  type Scalar,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { alongAxis } from '../along-axis.js';
import { binaryKernels, flatBeyondSix } from '../flat.js';
import { padded, type Pads } from '../padded.js';
import { hasManyNumbers, withFewerNumbers } from '../places.js';
import { sliceOf, type StridedSliceAttributes } from '../slices.js';
import { batchToSpace, spaceToBatch } from '../space-batches.js';
import { isWrapped, wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'gpu-ranks';
const report = reporter(mark, 6167);

type Name =
  | 'x'
  | 'condition'
  | 't'
  | 'e'
  | 'params'
  | 'tensor'
  | 'indices'
  | 'updates'
  | 'sparseIndices'
  | 'sparseValues'
  | 'defaultValue';
type Inputs = Readonly<Record<Name, Tensor>>;

interface Attributes extends StridedSliceAttributes {
  readonly paddings: Pads;
  readonly constantValue: number;
  readonly mode: 'reflect' | 'symmetric';
  readonly dims: number[];
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
  readonly blockShape: readonly number[];
  readonly crops: Pads;
  readonly shape: number[];
  readonly outputShape: number[];
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
  SpaceToBatchND: ({ x }, { blockShape, paddings }) => spaceToBatch(x, blockShape, paddings),
  BatchToSpaceND: ({ x }, { blockShape, crops }) => batchToSpace(x, blockShape, crops),
  GatherNd: ({ params, indices }) => {
    const fewer = withFewerNumbers(indices, params.shape);
    return gatherND(reshape(params, fewer.shape), fewer.places);
  },
  ScatterNd: ({ indices, updates }, { shape }) => {
    const fewer = withFewerNumbers(indices, shape);
    return reshape(scatterND(fewer.places, updates, fewer.shape), shape);
  },
  TensorScatterUpdate: ({ tensor, indices, updates }) => {
    const fewer = withFewerNumbers(indices, tensor.shape);
    return reshape(tensorScatterUpdate(reshape(tensor, fewer.shape), fewer.places, updates), tensor.shape);
  },
  SparseToDense: ({ sparseIndices, sparseValues, defaultValue }, { outputShape }) => {
    const fewer = withFewerNumbers(sparseIndices, outputShape);
    return reshape(sparseToDense(fewer.places, sparseValues, fewer.shape, defaultValue as Scalar), outputShape);
  },
};

/** Whether a kernel has to go by fewer. A block of space is an axis more for each of its sides. */
function isTooMuch({ x, t, indices, sparseIndices }: Inputs, { blockShape }: Partial<Attributes>): boolean {
  // Sparse indices of one axis have a number each.
  if (sparseIndices !== undefined) return sparseIndices.rank === 2 && hasManyNumbers(sparseIndices);
  if (indices !== undefined) return hasManyNumbers(indices);
  const rank = (x ?? t).shape.length;
  return rank > 4 || (blockShape !== undefined && rank + blockShape.length > 6);
}

/**
 * Of tensors of five and six axes webgl and webgpu cannot pad, mirror, reverse, slice with strides, add up so far or choose, nor take numbers from places in them or put them there, nor cut
 * space into batches. webgl throws, as the shader does not compile; on webgpu paddings, slices and numbers of places are zeros or memory of others, in silence, and what is queued with them is
 * lost. The same on fewer axes gives the same numbers; so do sums, differences, products and quotients of more than six.
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
  for (const name of binaryKernels) wrapKernel(mark, name, backendName, (original) => flatBeyondSix(name, original));
  return report.applied(
    `tensors of five and six axes were not taken, or zeros came out; they go by fewer axes now, in ${wrong.map(([name]) => name).join(', ')}`,
  );
}

function onFewer(original: KernelFunc, byFewer: ByFewer): KernelFunc {
  return (params) => {
    const [inputs, attrs] = [params.inputs as unknown as Inputs, (params.attrs ?? {}) as unknown as Attributes];
    return isTooMuch(inputs, attrs) ? (tidy(() => byFewer(inputs, attrs)) as TensorInfo) : original(params);
  };
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
