import {
  conv3d,
  getBackend,
  getKernel,
  grad,
  type KernelFunc,
  registerKernel,
  type Tensor,
  type Tensor5D,
  tensor5d,
  type TensorInfo,
  tidy,
} from '@tensorflow/tfjs-core';
import type { WasmMemory } from '../wasm/memory.js';
import { wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';
import { convolutionWindows, forEachPlace, type WindowAttributes, type Windows } from '../windows.js';

const mark = 'wasm-convolution-gradients';
const report = reporter(mark, 8474);

/**
 * wasm has no gradient of a convolution by its filter, and none of a depthwise convolution at all: no network with one trains. Those of a convolution of volumes
 * are there, but know no strides, and add to what was in their memory before.
 */
export async function repairWasmConvolutionGradients(): Promise<RepairReport> {
  if (getBackend() !== 'wasm') return report.notNeeded('the backend is not wasm');
  const done: string[] = [];
  for (const [kernelName, kernelFunc] of Object.entries(missing)) {
    if (getKernel(kernelName, 'wasm')) continue;
    registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
    done.push(kernelName);
  }
  if (!(await hasStrides())) {
    for (const [kernelName, kernelFunc] of Object.entries(wrong))
      wrapKernel(mark, kernelName, 'wasm', () => kernelFunc);
    done.push(...Object.keys(wrong));
  }
  if (done.length === 0) return report.notNeeded('the gradients of convolutions are there');
  return report.applied(
    `gradients of convolutions were missing or wrong; others are registered now: ${done.join(', ')}`,
  );
}

/** Those of volumes. A backend of an older version may have none of them. */
async function hasStrides(): Promise<boolean> {
  if (!getKernel('Conv3DBackpropFilterV2', 'wasm')) return true;
  const slope = tidy(() => {
    const volume = tensor5d([1, 2, 3], [1, 1, 1, 3, 1]);
    return grad((filter) => conv3d(volume, filter as Tensor5D, 2, 'valid'))(tensor5d([1], [1, 1, 1, 1, 1]) as Tensor);
  });
  try {
    return (await slope.data())[0] === 4;
  } finally {
    slope.dispose();
  }
}

/** Sums in doubles: a place of a filter has as many summands as there are windows. */
function summed(
  backend: unknown,
  shape: number[],
  operands: readonly [TensorInfo, TensorInfo],
  add: (sums: Float64Array, a: ArrayLike<number>, b: ArrayLike<number>) => void,
): TensorInfo {
  const memory = backend as WasmMemory;
  const out = memory.makeOutput(shape, 'float32');
  const [a, b] = operands.map((operand) => memory.typedArrayFromHeap(operand)) as [Float32Array, Float32Array];
  const values = memory.typedArrayFromHeap(out);
  const sums = new Float64Array(values.length);
  add(sums, a, b);
  values.set(sums);
  return out;
}

type Operand = 'x' | 'dy' | 'filter';
const windowsOf = (input: number[], filter: number[], isDepthwise: boolean, attrs: unknown): Windows =>
  convolutionWindows(input, filter, isDepthwise, attrs as WindowAttributes);

/** Each channel of the input by each of the output. */
const byFilter: KernelFunc = ({ inputs, attrs, backend }) => {
  const { x, dy } = inputs as Record<Operand, TensorInfo>;
  const { filterShape } = attrs as { readonly filterShape: number[] };
  const windows = windowsOf(x.shape, filterShape, false, attrs);
  const { inChannels, outChannels } = windows;
  return summed(backend, filterShape, [x, dy], (sums, from, slopes) => {
    forEachPlace(windows, (input, place, window) => {
      for (let channel = 0, at = place * inChannels * outChannels; channel < inChannels; channel++) {
        const value = from[input * inChannels + channel] as number;
        for (let to = window * outChannels; to < (window + 1) * outChannels; to++, at++)
          sums[at] = (sums[at] as number) + value * (slopes[to] as number);
      }
    });
  });
};

const byInput: KernelFunc = ({ inputs, attrs, backend }) => {
  const { dy, filter } = inputs as Record<Operand, TensorInfo>;
  const { inputShape } = attrs as { readonly inputShape: number[] };
  const windows = windowsOf(inputShape, filter.shape, false, attrs);
  const { inChannels, outChannels } = windows;
  return summed(backend, inputShape, [filter, dy], (sums, factors, slopes) => {
    forEachPlace(windows, (input, place, window) => {
      for (let channel = 0, at = place * inChannels * outChannels; channel < inChannels; channel++) {
        let sum = sums[input * inChannels + channel] as number;
        for (let to = window * outChannels; to < (window + 1) * outChannels; to++, at++)
          sum += (factors[at] as number) * (slopes[to] as number);
        sums[input * inChannels + channel] = sum;
      }
    });
  });
};

/** Each channel has filters of its own, whose outputs are side by side. */
const depthwiseByFilter: KernelFunc = ({ inputs, attrs, backend }) => {
  const { x, dy } = inputs as Record<Operand, TensorInfo>;
  const { filterShape } = attrs as { readonly filterShape: number[] };
  const windows = windowsOf(x.shape, filterShape, true, attrs);
  const { inChannels, outChannels } = windows;
  const multiplier = outChannels / inChannels;
  return summed(backend, filterShape, [x, dy], (sums, from, slopes) => {
    forEachPlace(windows, (input, place, window) => {
      for (let to = 0; to < outChannels; to++) {
        const at = place * outChannels + to;
        const value = from[input * inChannels + Math.floor(to / multiplier)] as number;
        sums[at] = (sums[at] as number) + value * (slopes[window * outChannels + to] as number);
      }
    });
  });
};

const depthwiseByInput: KernelFunc = ({ inputs, attrs, backend }) => {
  const { dy, filter } = inputs as Record<Operand, TensorInfo>;
  const { inputShape } = attrs as { readonly inputShape: number[] };
  const windows = windowsOf(inputShape, filter.shape, true, attrs);
  const { inChannels, outChannels } = windows;
  const multiplier = outChannels / inChannels;
  return summed(backend, inputShape, [filter, dy], (sums, factors, slopes) => {
    forEachPlace(windows, (input, place, window) => {
      for (let to = 0; to < outChannels; to++) {
        const at = input * inChannels + Math.floor(to / multiplier);
        const factor = factors[place * outChannels + to] as number;
        sums[at] = (sums[at] as number) + factor * (slopes[window * outChannels + to] as number);
      }
    });
  });
};

const missing: Readonly<Record<string, KernelFunc>> = {
  Conv2DBackpropFilter: byFilter,
  DepthwiseConv2dNativeBackpropFilter: depthwiseByFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseByInput,
};

const wrong: Readonly<Record<string, KernelFunc>> = {
  Conv3DBackpropFilterV2: byFilter,
  Conv3DBackpropInputV2: byInput,
};
