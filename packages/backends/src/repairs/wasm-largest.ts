import {
  getBackend,
  getKernel,
  grad,
  type KernelFunc,
  maxPool,
  type Tensor4D,
  tensor4d,
  type TensorInfo,
  tidy,
} from '@tensorflow/tfjs-core';
import type { WasmMemory } from '../wasm/memory.js';
import { isWrapped, wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';
import { convolutionWindows, forEachPlace, poolWindows, type WindowAttributes, type Windows } from '../windows.js';

const mark = 'wasm-largest';
const report = reporter(mark, undefined);

/**
 * wasm looks for the largest of a window from the smallest positive float on, so that this is the largest of a window without a positive number, and the gradient
 * goes to the corner of the image. Max pools of volumes, dilations, and the gradients of both and of max pools of images get kernels of their own.
 */
export async function repairWasmLargest(): Promise<RepairReport> {
  if (getBackend() !== 'wasm') return report.notNeeded('the backend is not wasm');
  if (await isRight()) return report.notNeeded('the largest of negative numbers is found');
  const done = Object.entries(kernels).filter(([name]) => getKernel(name, 'wasm') && !isWrapped(mark, name, 'wasm'));
  for (const [name, kernel] of done) wrapKernel(mark, name, 'wasm', () => kernel);
  return report.applied(
    `the largest of negative numbers was not found; it is now, in ${done.map(([name]) => name).join(', ')}`,
  );
}

async function isRight(): Promise<boolean> {
  const slope = tidy(() =>
    grad((x) => maxPool(x as Tensor4D, 2, 2, 'valid'))(tensor4d([-4, -3, -2, -1], [1, 2, 2, 1])),
  );
  try {
    return (await slope.data())[3] === 1;
  } finally {
    slope.dispose();
  }
}

/** Of each window and channel, in the order of the output. */
interface Largest {
  readonly values: Float32Array;
  /** Which pixel of the input it is; -1 where there is nothing but padding. */
  readonly pixels: Int32Array;
  /** Which place of the window it is at. */
  readonly places: Int32Array;
}

/** The first of equals, or the last, and NaN before any number. */
function largestOf(
  windows: Windows,
  valueOf: (pixel: number, place: number, channel: number) => number,
  isLast = false,
): Largest {
  const { batch, axes, inChannels } = windows;
  const count = axes.reduce((product, { outputs }) => product * outputs, batch) * inChannels;
  const [values, pixels, places] = [new Float32Array(count), new Int32Array(count).fill(-1), new Int32Array(count)];
  forEachPlace(windows, (pixel, place, window) => {
    for (let channel = 0, at = window * inChannels; channel < inChannels; channel++, at++) {
      const value = valueOf(pixel, place, channel);
      const most = values[at] as number;
      const isMore = value > most || (isLast && value === most) || (Number.isNaN(value) && !Number.isNaN(most));
      if (pixels[at] !== -1 && !isMore) continue;
      values[at] = value;
      pixels[at] = pixel;
      places[at] = place;
    }
  });
  return { values, pixels, places };
}

type Params = Parameters<KernelFunc>[0];

/** A view, which holds until an output is made: that is the last thing a kernel does here. */
const read = ({ backend, inputs }: Params, name: string): Float32Array =>
  (backend as WasmMemory).typedArrayFromHeap(inputs[name] as TensorInfo) as Float32Array;
const shapeOf = ({ inputs }: Params, name: string): number[] => (inputs[name] as TensorInfo).shape;

function put({ backend }: Params, shape: number[], values: ArrayLike<number>): TensorInfo {
  const memory = backend as WasmMemory;
  const out = memory.makeOutput(shape, 'float32');
  memory.typedArrayFromHeap(out).set(values);
  return out;
}

/** What came back to each window goes to where its largest was. */
function sent(params: Params, shape: number[], to: Int32Array, channels: number): TensorInfo {
  const slopes = read(params, 'dy');
  const sums = new Float64Array(shape.reduce((product, size) => product * size, 1));
  for (const [at, index] of to.entries()) {
    if (index < 0) continue;
    const target = index * channels + (at % channels);
    sums[target] = (sums[target] as number) + (slopes[at] as number);
  }
  return put(params, shape, sums);
}

function ofPool(params: Params, name: 'x' | 'input'): Largest & { readonly windows: Windows } {
  const windows = poolWindows(shapeOf(params, name), params.attrs as never);
  const { inChannels } = windows;
  const from = read(params, name);
  const valueOf = (pixel: number, _: number, channel: number): number => from[pixel * inChannels + channel] as number;
  // Of equals the first in images, the last in volumes: as on cpu, webgl and webgpu, and in compiled steps.
  return { windows, ...largestOf(windows, valueOf, shapeOf(params, name).length === 5) };
}

/** A dilation adds its filter before it takes the largest. */
function ofDilation(params: Params): Largest & { readonly windows: Windows } {
  const filterShape = shapeOf(params, 'filter');
  const channels = filterShape[2] as number;
  const windows = convolutionWindows(
    shapeOf(params, 'x'),
    [...filterShape, channels],
    false,
    params.attrs as unknown as WindowAttributes,
  );
  const [from, added] = [read(params, 'x'), read(params, 'filter')];
  const valueOf = (pixel: number, place: number, channel: number): number =>
    (from[pixel * channels + channel] as number) + (added[place * channels + channel] as number);
  return { windows, ...largestOf(windows, valueOf) };
}

function shapeOfOutput({ batch, axes, inChannels }: Windows, rank: number): number[] {
  return [batch, ...axes.slice(2 - rank).map(({ outputs }) => outputs), inChannels];
}

const maxPoolGrad: KernelFunc = (params) => {
  const { pixels, windows } = ofPool(params, 'input');
  return sent(params, shapeOf(params, 'input'), pixels, windows.inChannels);
};

const kernels: Readonly<Record<string, KernelFunc>> = {
  MaxPoolGrad: maxPoolGrad,
  MaxPool3DGrad: maxPoolGrad,
  MaxPool3D: (params) => {
    const { values, windows } = ofPool(params, 'x');
    return put(params, shapeOfOutput(windows, 5), values);
  },
  Dilation2D: (params) => {
    const { values, windows } = ofDilation(params);
    return put(params, shapeOfOutput(windows, 4), values);
  },
  Dilation2DBackpropInput: (params) =>
    sent(params, shapeOf(params, 'x'), ofDilation(params).pixels, shapeOf(params, 'x')[3] as number),
  Dilation2DBackpropFilter: (params) =>
    sent(params, shapeOf(params, 'filter'), ofDilation(params).places, shapeOf(params, 'x')[3] as number),
};
