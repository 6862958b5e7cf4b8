import { getBackend, type KernelFunc, prelu, tensor2d, type TensorInfo, tidy, util } from '@tensorflow/tfjs-core';
import type { WasmMemory } from '../wasm/memory.js';
import { wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'wasm-prelu';
const report = reporter(mark, undefined);

/** The slopes of prelu are taken for those of the last axes, one after the other, whatever axes they are of. */
export async function repairWasmPrelu(): Promise<RepairReport> {
  if (getBackend() !== 'wasm') return report.notNeeded('the backend is not wasm');
  if (await isRight()) return report.notNeeded('the slopes of prelu are those of their axes');
  wrapKernel(mark, 'Prelu', 'wasm', ofTheirAxes);
  return report.applied('the slopes of prelu were those of the last axes; they are those of their own now');
}

async function isRight(): Promise<boolean> {
  const y = tidy(() =>
    prelu(
      tensor2d([
        [-1, -1],
        [-1, -1],
      ]),
      tensor2d([[2], [3]]),
    ),
  );
  try {
    return (await y.data())[1] === -2;
  } finally {
    y.dispose();
  }
}

function ofTheirAxes(original: KernelFunc): KernelFunc {
  return (params) => {
    const { x, alpha } = params.inputs as Record<'x' | 'alpha', TensorInfo>;
    const own = alpha.shape.slice(alpha.shape.findIndex((size) => size !== 1));
    const isLast = own.every((size, i) => size === x.shape[x.shape.length - own.length + i]);
    if (isLast || x.dtype !== 'float32') return original(params);
    const memory = params.backend as WasmMemory;
    const out = memory.makeOutput(x.shape, 'float32');
    const [from, slopes, to] = [x, alpha, out].map((of) => memory.typedArrayFromHeap(of)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    // How far a step along each axis of x goes in the slopes: nowhere, where there is one for all.
    const missing = x.shape.length - alpha.shape.length;
    const strides = util.computeStrides([...alpha.shape, 1]);
    const steps = x.shape.map((_, axis) =>
      axis < missing || alpha.shape[axis - missing] === 1 ? 0 : (strides[axis - missing] as number),
    );
    for (const [at, value] of from.entries()) {
      let [rest, slope] = [at, 0];
      for (let axis = x.shape.length - 1; axis >= 0; axis--) {
        const size = x.shape[axis] as number;
        slope += (rest % size) * (steps[axis] as number);
        rest = Math.floor(rest / size);
      }
      to[at] = value < 0 ? value * (slopes[slope] as number) : value;
    }
    return out;
  };
}
