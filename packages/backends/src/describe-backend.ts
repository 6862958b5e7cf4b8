import {
  backend,
  engine,
  getBackend,
  getKernelsForBackend,
  setBackend,
  version_core,
  type KernelBackend,
} from '@tensorflow/tfjs-core';
import { adapterName } from './adapter-name.js';
import { asNative } from './candidates/cuda.js';
import { asGuest, type Guest } from './guest.js';
import { loadBackend } from './load-backend.js';
import { runStep, type Course } from './measure.js';
import { probeUnit } from './probe-unit.js';
import { inTurn } from './queue.js';
import { stayOn } from './registry.js';
import type { Workload } from './workload.js';

export interface BackendDescription {
  readonly name: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Probed; what the backend says of itself is beside it. */
  readonly floatPrecision: 16 | 32;
  readonly unit: number;
  readonly reportedFloatPrecision: number;
  readonly epsilon: number;
  /** Whether TensorFlow computes on a CUDA device; undefined on backends that are not native. */
  readonly cuda: boolean | undefined;
  /** The GPU that webgl or webgpu computes on, as its driver calls it; undefined elsewhere, and where nothing is told of it. */
  readonly adapter: string | undefined;
  /** The kernels of the workload that this backend lacks; undefined without a workload. */
  readonly missingKernels: readonly string[] | undefined;
}

/**
 * What the current backend is and can, when calls of `startBackend` and the like have ended. `workload` says what is to run on
 * it: `headWorkload({ head, batch })`; it leaves the program's variables as they are.
 */
export function describeBackend(workload?: Workload): Promise<BackendDescription> {
  return inTurn('describeBackend', () => asGuest((guest) => describe(guest, workload)));
}

async function describe(guest: Guest, workload: Workload | undefined): Promise<BackendDescription> {
  const name = getBackend();
  const current = backend();
  const unit = await probeUnit();
  return {
    name,
    versions: versionsOf(current),
    floatPrecision: unit < 2 ** -20 ? 32 : 16,
    unit,
    reportedFloatPrecision: current.floatPrecision(),
    epsilon: current.epsilon(),
    cuda: asNative(current)?.isUsingGpuDevice,
    adapter: adapterName(current),
    missingKernels: workload && (await missingKernels(guest, name, workload)),
  };
}

function versionsOf(current: KernelBackend): Record<string, string> {
  const native = asNative(current);
  return { 'tfjs-core': version_core, ...(native && { tensorflow: native.binding.TF_Version }) };
}

async function missingKernels(guest: Guest, name: string, workload: Workload): Promise<string[]> {
  const there = new Set(getKernelsForBackend(name).map(({ kernelName }) => kernelName));
  try {
    await kernelsOf(guest, name, workload);
    return [];
  } catch {
    // It ends at the first missing kernel; the plain JavaScript backend gets to the last.
    const missing = await loadBackend('cpu');
    if (missing !== undefined) throw new Error(missing);
    await setBackend('cpu');
    try {
      return (await kernelsOf(guest, 'cpu', workload)).filter((kernelName) => !there.has(kernelName));
    } finally {
      await setBackend(name);
    }
  }
}

/** The names of the kernels that one step of the workload calls. */
async function kernelsOf(guest: Guest, backendName: string, workload: Workload): Promise<string[]> {
  const names = new Set<string>();
  const { runKernel } = engine();
  const course: Course = { stay: () => stayOn(backendName), isOver: () => false };
  // tfjs' own profiler starts reads that nobody awaits.
  engine().runKernel = (kernelName, ...rest) => {
    names.add(kernelName);
    return runKernel.call(engine(), kernelName, ...rest) as never;
  };
  const run = async (): Promise<void> => {
    try {
      await runStep(workload, course);
    } finally {
      await guest.sortOut(() => runStep(workload, course).catch(() => {}));
    }
  };
  try {
    for (;;) {
      const failure = await run().then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      if (await guest.fetch()) continue;
      if (failure !== undefined) throw failure.error;
      return [...names];
    }
  } finally {
    engine().runKernel = runKernel;
    guest.endTrial();
  }
}
