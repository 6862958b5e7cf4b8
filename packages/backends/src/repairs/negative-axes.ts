import {
  cumprod,
  cumsum,
  gather,
  getBackend,
  getGradient,
  getKernel,
  mul,
  ones,
  registerGradient,
  reshape,
  reverse,
  scalar,
  tensor1d,
  tidy,
  transpose,
  unregisterGradient,
  util,
  type GradConfig,
  type KernelFunc,
  type NamedAttrMap,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { isWrapped, wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'negative-axes';
const report = reporter(mark, undefined);

/** Not tried out: on wasm they leave their memory, and on webgpu a shader that does not compile takes along whatever is queued. */
const untried = ['Cumsum', 'Cumprod'];

/**
 * tfjs gives some kernels a negative axis as it was written, and they take it for an index: cumsum and cumprod make a shape with a
 * hole in it, and trap on wasm; gather throws on native TensorFlow. They get the axis counted from the front. So do the gradients of cumsum and
 * prod; that of cumsum was transposed once too often besides, for any axis but the last.
 */
export async function repairNegativeAxes(): Promise<RepairReport> {
  const done: string[] = [];
  const backendName = getBackend();
  for (const name of untried) {
    if (getKernel(name, backendName) === undefined || isWrapped(mark, name, backendName)) continue;
    wrapKernel(mark, name, backendName, countedFromFront);
    done.push(name);
  }
  if (getKernel('GatherV2', backendName) !== undefined && !(await gathers())) {
    wrapKernel(mark, 'GatherV2', backendName, countedFromFront);
    if (await gathers()) done.push('GatherV2');
  }
  for (const [name, { isRight, change }] of Object.entries(gradients)) {
    const config = getGradient(name);
    if (config === undefined || tidy(() => isRight(config) as never)) continue;
    unregisterGradient(name);
    registerGradient(change(config));
    done.push(`the gradient of ${name}`);
  }
  if (done.length === 0) return report.notNeeded('negative axes are understood');
  return report.applied(`negative axes were misunderstood; they are counted from the front now, in ${done.join(', ')}`);
}

async function gathers(): Promise<boolean> {
  let gathered: Tensor | undefined;
  try {
    gathered = tidy(() => gather(tensor1d([1, 2, 3]), tensor1d([2, 0], 'int32'), -1));
    const [first, second] = await gathered.data();
    return first === 3 && second === 1;
  } catch {
    return false;
  } finally {
    gathered?.dispose();
  }
}

function countedFromFront(original: KernelFunc): KernelFunc {
  return (params) => {
    const { axis } = params.attrs as { axis: number };
    if (axis >= 0) return original(params);
    const { shape } = params.inputs['x'] as TensorInfo;
    return original({ ...params, attrs: { ...params.attrs, axis: axisOf(axis, shape) } });
  };
}

/** @throws Error that names the axis and its range, where it is out of that */
function axisOf(axis: number, shape: number[]): number {
  return util.parseAxisParam(axis, shape)[0] as number;
}

interface GradientRepair {
  readonly isRight: (config: GradConfig) => boolean;
  readonly change: (config: GradConfig) => GradConfig;
}

const gradients: Readonly<Record<string, GradientRepair>> = {
  Cumsum: {
    isRight: (config) => hasShapeOf(ones([2, 3]), config, ones([2, 3]), { axis: -2, exclusive: false, reverse: false }),
    change: (config) => ({
      ...config,
      inputsToSave: [],
      gradFunc: (dy, _, attrs) => {
        const {
          axis: written,
          exclusive,
          reverse: isReverse,
        } = attrs as unknown as { axis: number; exclusive: boolean; reverse: boolean };
        const axis = axisOf(written, (dy as Tensor).shape);
        const cumulate = (x: Tensor): Tensor => cumsum(x, axis, exclusive);
        return { x: () => (isReverse ? cumulate(dy as Tensor) : backwards(cumulate, dy as Tensor, axis)) };
      },
    }),
  },
  // Besides, it calls a method of tensors that tfjs-core alone does not have.
  Prod: {
    isRight: (config) => hasShapeOf(ones([2]), config, scalar(1), { axis: -1 }),
    change: (config) => ({
      ...config,
      gradFunc: (dy, saved, attrs) => {
        const x = saved[0] as Tensor;
        return {
          x: () => gradientOfProd(dy as Tensor, x, util.parseAxisParam(attrs['axis'] as number | number[], x.shape)),
        };
      },
    }),
  },
};

/** Each value has the product of all others of its own: of those before it and those after it, the axes being put in one at the end. */
function gradientOfProd(dy: Tensor, x: Tensor, axes: readonly number[]): Tensor {
  const rest = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const order = [...rest, ...axes];
  const outer = rest.map((i) => x.shape[i] as number);
  const moved = transpose(x, order);
  const flat = reshape(moved, [...outer, -1]);
  const last = outer.length;
  const before = (values: Tensor): Tensor => cumprod(values, last, true);
  const others = mul(before(flat), backwards(before, flat, last));
  const dx = mul(others, reshape(dy, [...outer, 1]));
  return transpose(
    reshape(dx, moved.shape),
    order.map((_, i) => order.indexOf(i)),
  );
}

/** From the other end. webgpu's own way of that is right for the first length alone that it was used on. */
function backwards(cumulate: (x: Tensor) => Tensor, x: Tensor, axis: number): Tensor {
  return reverse(cumulate(reverse(x, axis)), axis);
}

/** Whether the gradient with respect to x is one of x: what is wrong with an axis shows in the shape, or is an error. */
function hasShapeOf(x: Tensor, { gradFunc }: GradConfig, dy: Tensor, attrs: NamedAttrMap): boolean {
  try {
    return util.arraysEqual(gradFunc(dy, [x], attrs)['x']?.().shape ?? [], x.shape);
  } catch {
    return false;
  }
}
