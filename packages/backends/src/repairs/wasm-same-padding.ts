import {
  conv2d,
  getBackend,
  getKernel,
  type KernelFunc,
  type Tensor4D,
  tensor4d,
  type TensorInfo,
  tidy,
} from '@tensorflow/tfjs-core';
import { convolutionWindows, type WindowAttributes } from '../windows.js';
import { wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'wasm-same-padding';
const report = reporter(mark, undefined);

const kernels = ['Conv2D', 'FusedConv2D', 'DepthwiseConv2dNative', 'FusedDepthwiseConv2D'];

/**
 * The binary of wasm works out the padding of `'same'` once more, without a sign: where strides leave out the last rows but not the last columns, or the other way round,
 * it comes to billions, and images are read from somewhere else. It is told how much padding there is instead.
 */
export async function repairWasmSamePadding(): Promise<RepairReport> {
  if (getBackend() !== 'wasm') return report.notNeeded('the backend is not wasm');
  if (await isRight()) return report.notNeeded('padding is right where strides leave out rows');
  const there = kernels.filter((name) => getKernel(name, 'wasm') !== undefined);
  for (const name of there) wrapKernel(mark, name, 'wasm', (original) => withPaddingSaid(original, name));
  return report.applied(
    `padding was wrong where strides leave out rows or columns; it is right now, in ${there.join(', ')}`,
  );
}

async function isRight(): Promise<boolean> {
  const sums = tidy(() =>
    conv2d(
      tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], [1, 4, 4, 1]),
      tensor4d([1, 1], [1, 2, 1, 1]) as Tensor4D,
      2,
      'same',
    ),
  );
  try {
    const [first, second, third, fourth] = await sums.data();
    return first === 3 && second === 7 && third === 19 && fourth === 23;
  } finally {
    sums.dispose();
  }
}

function withPaddingSaid(original: KernelFunc, name: string): KernelFunc {
  const isDepthwise = name.includes('Depthwise');
  return (params) => {
    const attributes = params.attrs as unknown as WindowAttributes;
    if (attributes.pad !== 'same') return original(params);
    const { x, filter } = params.inputs as Record<'x' | 'filter', TensorInfo>;
    const [, rows, columns] = convolutionWindows(x.shape, filter.shape, isDepthwise, attributes).axes;
    const [above, left] = [rows.before, columns.before];
    const [below, right] = [rows, columns].map(({ size, outputs, places, stride, dilation, before }) =>
      Math.max(0, (outputs - 1) * stride + (places - 1) * dilation + 1 - size - before),
    ) as [number, number];
    const pad = [
      [0, 0],
      [above, below],
      [left, right],
      [0, 0],
    ];
    return original({ ...params, attrs: { ...params.attrs, pad } });
  };
}
