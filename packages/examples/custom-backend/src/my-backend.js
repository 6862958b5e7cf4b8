import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import {
  copyRegisteredKernels,
  getKernel,
  registerBackend,
  registerKernel,
  unregisterKernel,
  util,
} from '@tensorflow/tfjs-core';

// A backend that computes as cpu does, but for the kernels registered below. One that starts slowly, as on a GPU, returns a promise.
registerBackend('my-backend', () => new MathBackendCPU());
copyRegisteredKernels('cpu', 'my-backend');

/**
 * Sum over leading axes, all axes or trailing axes. Each sum is kept in a double and compensated (Neumaier, 1974), so that it is
 * right to the last bit of float32 however many terms it has; nothing is transposed first.
 *
 * @type {(original: import('@tensorflow/tfjs-core').KernelFunc) => import('@tensorflow/tfjs-core').KernelFunc}
 */
const compensatedSum = (original) => (params) => {
  const x = /** @type {import('@tensorflow/tfjs-core').TensorInfo} */ (params.inputs.x);
  const axes = util
    .parseAxisParam(/** @type {number | number[]} */ (params.attrs?.axis), x.shape)
    .toSorted((a, b) => a - b);
  const first = axes[0] ?? 0;
  const isOneRun = axes.every((axis, i) => axis === first + i);
  if (x.dtype !== 'float32' || !isOneRun) return original(params);

  const backend = /** @type {MathBackendCPU} */ (params.backend);
  const values = /** @type {Float32Array} */ (backend.data.get(x.dataId).values);
  const before = x.shape.slice(0, first);
  const after = x.shape.slice(first + axes.length);
  const count = util.sizeFromShape(x.shape.slice(first, first + axes.length));
  const stride = util.sizeFromShape(after);
  const sums = new Float32Array(util.sizeFromShape(before) * stride);
  for (let i = 0; i < sums.length; i++) {
    let at = Math.floor(i / stride) * count * stride + (i % stride);
    let sum = 0;
    let lost = 0;
    for (let k = 0; k < count; k++, at += stride) {
      const value = values[at] ?? 0;
      const next = sum + value;
      // What the larger of the two has taken from the smaller one.
      if (Number.isFinite(next)) lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
      sum = next;
    }
    sums[i] = sum + lost;
  }
  const kept = params.attrs?.keepDims ? axes.map(() => 1) : [];
  return backend.makeTensorInfo([...before, ...kept, ...after], 'float32', sums);
};

const sum = getKernel('Sum', 'my-backend');
unregisterKernel('Sum', 'my-backend');
registerKernel({ ...sum, kernelFunc: compensatedSum(sum.kernelFunc) });
