import {
  backend_util,
  engine,
  getBackend,
  getKernel,
  tidy,
  type KernelFunc,
  type NamedAttrMap,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { padAlong } from '../along-axis.js';
import type { WindowAttributes } from '../windows.js';
import { isWrapped, wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'same-padding-of-volumes';
const report = reporter(mark, undefined);

interface Kernel {
  /** The volumes that windows go over. */
  readonly volumes?: 'x' | 'input';
  /** What it gives has the shape of the volumes. */
  readonly isBack?: boolean;
}

const kernels: Readonly<Record<string, Kernel>> = {
  MaxPool3D: { volumes: 'x' },
  MaxPool3DGrad: { volumes: 'input', isBack: true },
  AvgPool3D: { volumes: 'x' },
  AvgPool3DGrad: { volumes: 'input', isBack: true },
  Conv3D: { volumes: 'x' },
  Conv3DBackpropInputV2: { isBack: true },
  Conv3DBackpropFilterV2: { volumes: 'x' },
};

/**
 * Where strides are longer than windows, `'same'` needs no padding. For volumes tfjs-core says less than none, so that windows begin at the second place or later, in silence: those of
 * `maxPool3d`, `avgPool3d`, `conv3d`, `conv3dTranspose` and of their gradients on cpu, wasm, webgl and webgpu. Images have it right. The largest of volumes begins late on native TensorFlow too, where its
 * gradient gets lost. What stands behind the last window is cut off before: what is left needs no padding, whoever works it out.
 */
export async function repairSamePaddingOfVolumes(): Promise<RepairReport> {
  const backendName = getBackend();
  const wrong = Object.entries(kernels).filter(
    ([name]) => getKernel(name, backendName) !== undefined && !isWrapped(mark, name, backendName),
  );
  if (wrong.length === 0 || beginAtFirst())
    return report.notNeeded('windows over volumes begin at the first place, or there are none');
  for (const [name, kernel] of wrong)
    wrapKernel(mark, name, backendName, (original) => overWhatIsReached(original, name, kernel));
  return report.applied(
    `windows over volumes began too late where strides are longer; they begin at the first place now, in ${wrong.map(([name]) => name).join(', ')}`,
  );
}

/** By what all backends are told of their windows, so that nothing is computed. */
function beginAtFirst(): boolean {
  return backend_util.computePool3DInfo([1, 1, 1, 2, 1], 1, [1, 1, 2], 1, 'same').padInfo.left >= 0;
}

type Inputs = Readonly<Record<'x' | 'input' | 'filter' | 'dy', Tensor>>;

interface Attributes extends WindowAttributes {
  readonly filterSize?: number | number[];
  readonly filterShape?: number[];
  readonly inputShape?: number[];
}

function overWhatIsReached(original: KernelFunc, name: string, { volumes, isBack = false }: Kernel): KernelFunc {
  return (params) => {
    const inputs = params.inputs as unknown as Inputs;
    const attrs = params.attrs as unknown as Attributes;
    const whole = volumes === undefined ? (attrs.inputShape as number[]) : inputs[volumes].shape;
    const reached = attrs.pad === 'same' ? reachedOf(whole, inputs, attrs) : whole;
    if (reached.every((size, axis) => size === whole[axis])) return original(params);
    const rest = whole.map((size, axis) => size - (reached[axis] as number));
    const cut = (x: Tensor): Tensor => rest.reduce((of, behind, axis) => padAlong(of, axis, 0, -behind), x);
    return tidy(() => {
      const made = engine().runKernel(
        name,
        volumes === undefined ? { ...inputs } : { ...inputs, [volumes]: cut(inputs[volumes]) },
        (volumes === undefined ? { ...attrs, inputShape: reached } : attrs) as unknown as NamedAttrMap,
      ) as Tensor;
      return isBack ? rest.reduce((of, behind, axis) => padAlong(of, axis, 0, behind), made) : made;
    }) as TensorInfo;
  };
}

/** `[N, depth, height, width, C]` without what stands behind the last window, which is shorter than the strides where something does. */
function reachedOf(whole: readonly number[], { filter }: Partial<Inputs>, attrs: Attributes): number[] {
  const { filterSize, filterShape = filter?.shape ?? [], strides, dilations = 1 } = attrs;
  return whole.map((size, axis) => {
    if (axis === 0 || axis === 4) return size;
    const along = (of: number | number[]): number => (typeof of === 'number' ? of : (of[axis - 1] as number));
    const stride = along(strides);
    const places = (along(filterSize ?? filterShape) - 1) * along(dilations) + 1;
    return Math.min(size, (Math.ceil(size / stride) - 1) * stride + places);
  });
}
