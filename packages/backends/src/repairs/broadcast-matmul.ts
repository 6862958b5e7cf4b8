import {
  backend_util,
  engine,
  getBackend,
  getKernel,
  matMul,
  reshape,
  tensor4d,
  tidy,
  type KernelFunc,
  type NamedTensorMap,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { laidOut } from '../laid-out.js';
import { isWrapped, wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'broadcast-matmul';
const kernelNames = ['BatchMatMul', '_FusedMatMul'];
const report = reporter(mark, undefined);

/**
 * Of two batches of matrices the kernels of cpu, wasm, webgl and webgpu begin the shorter one anew when it ends, whatever its axes: `[2, 1, m, k]` times `[2, 3, k, n]` (heads that share
 * what they attend to) multiplies matrices of other places, in silence. Where that is not what broadcasting means, the operand is laid out for each place before.
 *
 * It is tried out where that takes no shader.
 */
export async function repairBroadcastMatMul(): Promise<RepairReport> {
  const backendName = getBackend();
  if (backendName === 'tensorflow') return report.notNeeded('it is that of TensorFlow');
  const wrong = kernelNames.filter(
    (name) => getKernel(name, backendName) !== undefined && !isWrapped(mark, name, backendName),
  );
  const isGpu = backendName === 'webgl' || backendName === 'webgpu';
  if (wrong.length === 0 || (!isGpu && (await isRight())))
    return report.notNeeded('matrices are multiplied by those of their place, or there are no products');
  for (const name of wrong) wrapKernel(mark, name, backendName, (original) => overAllPlaces(original, name));
  return report.applied(
    'batches of matrices with an axis of one behind others were multiplied by those of other places; they are laid out for each place now',
  );
}

/** Whether the second product has the first of its own batch. A backend that cannot be read is left alone: whoever starts it says so. */
async function isRight(): Promise<boolean> {
  let product: Tensor | undefined;
  try {
    product = tidy(() => matMul(tensor4d([1, 2], [2, 1, 1, 1]), tensor4d([1, 1, 1, 1], [2, 2, 1, 1])));
    return (await product.data())[1] === 1;
  } catch {
    return true;
  } finally {
    product?.dispose();
  }
}

function overAllPlaces(original: KernelFunc, name: string): KernelFunc {
  return (params) => {
    const { a, b } = params.inputs as Readonly<Record<'a' | 'b', Tensor>>;
    if (a.shape.length <= 3 && b.shape.length <= 3) return original(params);
    const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    const places = backend_util.assertAndGetBroadcastShape(batchA, batchB);
    if (beginsAnew(batchA, places) && beginsAnew(batchB, places)) return original(params);
    return tidy(() => {
      const inputs = {
        ...params.inputs,
        a: forEachPlace(a, places),
        b: forEachPlace(b, places),
      } as unknown as NamedTensorMap;
      return engine().runKernel(name, inputs, params.attrs ?? {}) as Tensor;
    }) as TensorInfo;
  };
}

/** Whether all places have a batch once, or one after the other: its axes are the last of theirs. */
function beginsAnew(batch: readonly number[], places: readonly number[]): boolean {
  const first = batch.findIndex((size) => size !== 1);
  if (first === -1) return true;
  const behind = batch.slice(first);
  const last = places.slice(-behind.length);
  return behind.every((size, axis) => size === last[axis]);
}

/** `[...places, rows, columns]`. */
function forEachPlace(x: Tensor, places: readonly number[]): Tensor {
  const batch = x.shape.slice(0, -2);
  if (beginsAnew(batch, places)) return x;
  const matrix = x.shape.slice(-2);
  const ones = Array.from({ length: places.length - batch.length }, () => 1);
  return laidOut(reshape(x, [...ones, ...batch, ...matrix]), [...places, ...matrix]);
}
