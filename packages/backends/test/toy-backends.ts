import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

/** Registers a backend that computes as cpu does, but for what the arguments say. */
export function registerToy(
  name: string,
  options: {
    start?: () => tf.KernelBackend | Promise<tf.KernelBackend>;
    without?: string;
    replace?: Readonly<Record<string, (original: tf.KernelFunc) => tf.KernelFunc>>;
  } = {},
): void {
  tf.registerBackend(name, options.start ?? ((): tf.KernelBackend => new MortalBackend()));
  tf.copyRegisteredKernels('cpu', name);
  if (options.without) tf.unregisterKernel(options.without, name);
  for (const [kernelName, wrap] of Object.entries(options.replace ?? {})) {
    const kernel = tf.getKernel(kernelName, name);
    tf.unregisterKernel(kernelName, name);
    tf.registerKernel({ ...kernel, kernelFunc: wrap(kernel.kernelFunc) });
  }
}

/** One that forgets everything when it is disposed of, as wasm and the GPU do. */
export class MortalBackend extends MathBackendCPU {
  isDisposed = false;

  override dispose(): void {
    this.isDisposed = true;
    this.data = undefined as unknown as MathBackendCPU['data'];
  }
}

/** A GPU that must not be read synchronously. */
export class ShyBackend extends MortalBackend {
  // What webgl and webgpu are known by.
  uploadToGPU(): void {}

  override readSync(): never {
    throw new Error('read synchronously');
  }

  override async read(dataId: object): Promise<tf.BackendValues> {
    await Promise.resolve();
    return super.readSync(dataId);
  }
}

/** Adds a thousandth of what it is to the first value. */
export function offByAThousandth(original: tf.KernelFunc): tf.KernelFunc {
  return (params) => {
    const out = original(params) as tf.TensorInfo;
    const values = (params.backend as MathBackendCPU).data.get(out.dataId).values as Float32Array;
    values[0] = (values[0] as number) * 1.001;
    return out;
  };
}

/** Takes that long, in a loop. */
export function slowBy(milliseconds: number): (original: tf.KernelFunc) => tf.KernelFunc {
  return (original) => (params) => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
    return original(params);
  };
}
