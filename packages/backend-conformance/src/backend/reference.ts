import { copyRegisteredKernels, engine, registerBackend, setBackend } from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';

/** The name that the copy is registered by. */
export const REFERENCE = 'conformance-reference';

/**
 * Runs something on a copy of the cpu backend that nobody has repaired or broken, then makes the backend from before
 * current again. It is a copy, so that cpu itself can be held against it.
 */
export async function onReference<T>(run: () => Promise<T>): Promise<T> {
  const { backendName } = engine();
  if (!(REFERENCE in engine().registryFactory)) {
    registerBackend(REFERENCE, () => new MathBackendCPU());
    copyRegisteredKernels('cpu', REFERENCE);
  }
  await setBackend(REFERENCE);
  try {
    return await run();
  } finally {
    await setBackend(backendName);
  }
}
