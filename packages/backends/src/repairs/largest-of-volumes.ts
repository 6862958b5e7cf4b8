import {
  engine,
  getBackend,
  getKernel,
  maxPool3d,
  reshape,
  tensor5d,
  tidy,
  type KernelFunc,
  type NamedAttrMap,
  type NamedTensorMap,
  type Tensor,
  type Tensor5D,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { sizeOf } from '../batches-of-rows.js';
import { padAlong } from '../along-axis.js';
import { isWrapped, wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'largest-of-volumes';
const kernelName = 'MaxPool3DGrad';
const report = reporter(mark, undefined);

type Sides = readonly [depth: number, height: number, width: number];

interface PoolAttributes {
  readonly filterSize: Sides | number;
  readonly strides: Sides | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * The gradient of a max pool of volumes numbers the places of a window by its height where it should by its width, on cpu and, in deep windows, on webgpu: where they differ it goes
 * to another number, or is lost, in silence. The largest of a window is the largest of its lines' largest, so such a gradient goes along one axis after another, each of which is laid along the width.
 *
 * It is tried out where that takes no shader.
 */
export async function repairLargestOfVolumes(): Promise<RepairReport> {
  const backendName = getBackend();
  if (getKernel(kernelName, backendName) === undefined) return report.notNeeded(`there is no kernel ${kernelName}`);
  if (backendName === 'tensorflow' || backendName === 'webgl')
    return report.notNeeded(`${backendName} numbers places by the width`);
  if (isWrapped(mark, kernelName, backendName) || (backendName !== 'webgpu' && (await isRight())))
    return report.notNeeded('the gradient goes to the largest of windows of any sides');
  wrapKernel(mark, kernelName, backendName, alongEachAxis);
  return report.applied(
    'the gradient of max pools of volumes went to other numbers where windows are not as high as wide; it goes along one axis after another there',
  );
}

/** Whether the last of a window of unlike sides gets what comes back, as the largest. A backend that cannot be read is left alone: whoever starts it says so. */
async function isRight(): Promise<boolean> {
  let slope: Tensor | undefined;
  try {
    slope = tidy(() => {
      const input = tensor5d([1, 2, 3, 4], [1, 2, 2, 1, 1]);
      const [dy, output] = [1, 4].map((value) => tensor5d([value], [1, 1, 1, 1, 1])) as [Tensor5D, Tensor5D];
      return gradient({ dy, input, output }, { filterSize: [2, 2, 1], strides: 1, pad: 'valid' });
    });
    return (await slope.data())[3] === 1;
  } catch {
    return true;
  } finally {
    slope?.dispose();
  }
}

interface Inputs {
  readonly dy: Tensor;
  readonly input: Tensor;
  readonly output: Tensor;
}

const gradient = (inputs: Inputs, attrs: PoolAttributes): Tensor =>
  engine().runKernel(kernelName, inputs as unknown as NamedTensorMap, attrs as unknown as NamedAttrMap) as Tensor;

/** Smaller than what is pooled, so that padding is no largest. */
const LEAST = -3.4028234663852886e38;

function alongEachAxis(original: KernelFunc): KernelFunc {
  return (params) => {
    const attrs = params.attrs as unknown as PoolAttributes;
    const sides = sidesOf(attrs.filterSize);
    const [depth, height, width] = sides;
    if (height === width || (depth === 1 && height === 1)) return original(params);
    const { dy, input, output } = params.inputs as unknown as Inputs;
    const { pad } = attrs;
    if (typeof pad !== 'number') return tidy(() => byAxes(dy, input, output, sides, attrs)) as TensorInfo;
    // It would be on either side of a line, too.
    const around = (x: Tensor, by: number): Tensor =>
      [1, 2, 3].reduce((of, axis) => padAlong(of, axis, by, by, LEAST), x);
    return tidy(() => around(byAxes(dy, around(input, pad), output, sides, { ...attrs, pad: 0 }), -pad)) as TensorInfo;
  };
}

/** One axis of volumes as the width of many, the others being as many volumes and channels. */
const asWidth = ({ shape }: Tensor, axis: number): Tensor5D['shape'] => [
  sizeOf(shape.slice(0, axis)),
  1,
  1,
  shape[axis] as number,
  sizeOf(shape.slice(axis + 1)),
];

function byAxes(dy: Tensor, input: Tensor, output: Tensor, sides: Sides, attrs: PoolAttributes): Tensor {
  const strides = sidesOf(attrs.strides);
  const along = (axis: number): PoolAttributes & { readonly filterSize: Sides; readonly strides: Sides } => ({
    ...attrs,
    filterSize: [1, 1, sides[axis - 1] as number],
    strides: [1, 1, strides[axis - 1] as number],
  });
  let pooled = input;
  const lines = [3, 2, 1].map((axis) => {
    const from = pooled;
    const line = reshape(from, asWidth(from, axis)) as Tensor5D;
    const { filterSize, strides: steps, pad, dimRoundingMode } = along(axis);
    pooled =
      axis === 1
        ? output
        : reshape(
            maxPool3d(
              line,
              filterSize as [number, number, number],
              steps as [number, number, number],
              pad,
              dimRoundingMode,
            ),
            from.shape.with(axis, -1),
          );
    return { axis, line, shape: from.shape, largest: reshape(pooled, asWidth(pooled, axis)) };
  });
  return lines.reduceRight((slope, { axis, line, shape, largest }) => {
    const back = reshape(slope, asWidth(slope, axis));
    return reshape(gradient({ dy: back, input: line, output: largest }, along(axis)), shape);
  }, dy);
}

function sidesOf(of: Sides | number): Sides {
  return typeof of === 'number' ? [of, of, of] : of;
}
