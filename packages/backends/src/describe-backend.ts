import { backend, engine, getBackend, getKernelsForBackend, setBackend, version_core, type KernelBackend } from '@tensorflow/tfjs-core';
import { asNative } from './candidates/cuda.js';
import { disposingVariables } from './disposing-variables.js';
import { loadBackend } from './load-backend.js';
import { probeUnit } from './probe-unit.js';
import { runStep } from './measure.js';
import type { Workload } from './workload.js';

export interface BackendDescription {
  readonly name: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Probed; what the backend says of itself is beside it. */
  readonly floatPrecision: 16 | 32;
  readonly unit: number;
  readonly saidFloatPrecision: number;
  readonly epsilon: number;
  /** Whether TensorFlow computes on a CUDA device; undefined on backends that are not native. */
  readonly cuda: boolean | undefined;
  /** The kernels of the workload that this backend lacks; undefined without a workload. */
  readonly missingKernels: readonly string[] | undefined;
}

/** What the current backend is and can. `workload` says what is to run on it: `headWorkload({ head, batch })`. */
export async function describeBackend(workload?: Workload): Promise<BackendDescription> {
  const name = getBackend();
  const current = backend();
  const unit = await probeUnit();
  return {
    name,
    versions: versionsOf(current),
    floatPrecision: unit < 2 ** -20 ? 32 : 16,
    unit,
    saidFloatPrecision: current.floatPrecision(),
    epsilon: current.epsilon(),
    cuda: asNative(current)?.isUsingGpuDevice,
    missingKernels: workload && (await missingKernels(name, workload)),
  };
}

function versionsOf(current: KernelBackend): Record<string, string> {
  const native = asNative(current);
  return { 'tfjs-core': version_core, ...(native && { tensorflow: native.binding.TF_Version }) };
}

async function missingKernels(name: string, workload: Workload): Promise<string[]> {
  const there = new Set(getKernelsForBackend(name).map(({ kernelName }) => kernelName));
  try {
    await kernelsOf(workload);
    return [];
  } catch {
    // It ends at the first missing kernel; the plain JavaScript backend gets to the last.
    const missing = await loadBackend('cpu');
    if (missing !== undefined) throw new Error(missing);
    await setBackend('cpu');
    try {
      return (await kernelsOf(workload)).filter((kernelName) => !there.has(kernelName));
    } finally {
      await setBackend(name);
    }
  }
}

/** The names of the kernels that one step of the workload calls. */
async function kernelsOf(workload: Workload): Promise<string[]> {
  const names = new Set<string>();
  const { runKernel } = engine();
  // tfjs' own profiler starts reads that nobody awaits.
  engine().runKernel = (kernelName, ...rest) => {
    names.add(kernelName);
    return runKernel.call(engine(), kernelName, ...rest) as never;
  };
  try {
    await disposingVariables(() => runStep(workload));
  } finally {
    engine().runKernel = runKernel;
  }
  return [...names];
}
