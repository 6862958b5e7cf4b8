import { copyRegisteredKernels, engine, registerBackend, setBackend } from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';

const name = 'conformance-reference';

/**
 * Runs something on a copy of the cpu backend that nobody has repaired or broken, then makes the backend from before
 * current again. It is a copy, so that cpu itself can be held against it.
 */
export async function onReference<T>(run: () => Promise<T>): Promise<T> {
  const { backendName } = engine();
  if (!(name in engine().registryFactory)) {
    registerBackend(name, () => new MathBackendCPU());
    copyRegisteredKernels('cpu', name);
  }
  await setBackend(name);
  try {
    return await run();
  } finally {
    await setBackend(backendName);
  }
}
