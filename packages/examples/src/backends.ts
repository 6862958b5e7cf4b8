import { setBackend } from '@tensorflow/tfjs-core';

/** Whether a backend runs on this machine, and if not, why. */
export type BackendStatus =
  | { readonly name: string; readonly available: true }
  | { readonly name: string; readonly available: false; readonly reason: string };

/** How to load each backend that Node may have. Nothing is loaded before it is asked for. */
const loaders: Readonly<Record<string, () => Promise<unknown>>> = {
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
  wasm: () => import('@tensorflow/tfjs-backend-wasm'),
  tensorflow: () => importOptional('@tensorflow/tfjs-node'),
};

export const backendNames: readonly string[] = Object.keys(loaders);

/** Makes tfjs use a backend, or says why it cannot. */
export async function startBackend(name: string): Promise<BackendStatus> {
  try {
    await loaders[name]?.();
    if (await setBackend(name)) return { name, available: true };
    return { name, available: false, reason: 'tfjs could not start it' };
  } catch (error) {
    return { name, available: false, reason: reasonOf(error) };
  }
}

/** The name is no literal for the compiler, which would want the package to be installed. */
function importOptional(packageName: string): Promise<unknown> {
  return import(packageName).catch((error: unknown) => {
    const missing = reasonOf(error).includes(`'${packageName}'`) && hasCode(error, 'ERR_MODULE_NOT_FOUND');
    throw missing ? new Error(`the package ${packageName} is not installed`) : error;
  });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** The first line; what follows is the innards of a loader. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? message;
}
