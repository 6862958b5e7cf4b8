import { startBackend as start, type NoBackendError } from '@tfjs-heads/backends';

/** Whether a backend runs on this machine, and if not, why. */
export type BackendStatus =
  | { readonly name: string; readonly available: true }
  | { readonly name: string; readonly available: false; readonly reason: string };

/** The backends that Node may have. Nothing of them is loaded before it is asked for. */
export const backendNames: readonly string[] = ['cpu', 'wasm', 'webgpu', 'tensorflow', 'tensorflow-gpu'];

/** Makes tfjs use a backend, repaired and self-tested, or says why it cannot. */
export async function startBackend(name: string): Promise<BackendStatus> {
  try {
    await start({ prefer: [name], allow: [name] });
    return { name, available: true };
  } catch (error) {
    if (!isNoBackendError(error)) throw error;
    return { name, available: false, reason: error.candidates[0]?.reason ?? error.message };
  }
}

function isNoBackendError(error: unknown): error is NoBackendError {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'NO_BACKEND';
}
