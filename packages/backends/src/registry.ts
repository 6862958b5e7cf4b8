import { engine, setBackend, type KernelBackend } from '@tensorflow/tfjs-core';
import { insideWorkload } from './inside-workload.js';

// tfjs' own `setBackend` only logs why a backend did not start, waits for one without end, and leaves the
// engine without a backend afterwards. So a backend is made first, and given to the engine when it is there.

export function isRegistered(name: string): boolean {
  return Object.hasOwn(engine().registryFactory, name);
}

export function isMade(name: string): boolean {
  return Object.hasOwn(engine().registry, name);
}

export function madeBackend(name: string): KernelBackend | undefined {
  return isMade(name) ? engine().registry[name] : undefined;
}

/** Makes the backend that is registered as `name`, unless it was made before. */
export async function makeBackend(name: string): Promise<KernelBackend> {
  const made = madeBackend(name);
  if (made !== undefined) return made;
  if (!isRegistered(name)) throw new Error(`no backend is registered as '${name}'`);
  return insideWorkload('start', engine().findBackendFactory(name));
}

export async function useBackend(name: string, backend: KernelBackend): Promise<void> {
  engine().registry[name] = backend;
  await setBackend(name);
}

/** Goes back to a backend that is there, if another has become the current one. */
export async function stayOn(name: string): Promise<void> {
  if (engine().backendName !== name) await setBackend(name);
}

/** Disposes of a backend; it stays registered and can be made again. */
export function retireBackend(name: string): void {
  const entry = engine().registryFactory[name];
  if (!entry || !isMade(name)) return;
  try {
    engine().removeBackend(name);
  } finally {
    // A backend that cannot be disposed of is forgotten all the same.
    delete engine().registry[name];
    engine().registryFactory[name] = entry;
  }
}

/** The name of the backend in use, if one is. */
export function currentBackendName(): string | undefined {
  const { backendName } = engine();
  return backendName && isMade(backendName) ? backendName : undefined;
}

/** A backend that the program has set and that is still starting: until it has, tfjs runs no kernel on any. */
export function pendingStart(): Promise<unknown> {
  return Promise.resolve(engine()['pendingBackendInit'] as Promise<boolean> | null | undefined);
}

/** Lets kernels run although such a backend never starts. */
export function forgetPendingStart(): void {
  Object.assign(engine(), { pendingBackendInit: null, pendingBackendInitId: engine()['pendingBackendInitId'] + 1 });
}

/** Takes the engine back to the backend it had, or to having none. */
export async function restoreBackend(name: string | undefined): Promise<void> {
  if (name !== undefined) {
    await stayOn(name);
    return;
  }
  // As tfjs leaves it when the current backend is removed.
  Object.assign(engine(), { backendName: null, backendInstance: null });
}
