import { engine, setBackend, type KernelBackend } from '@tensorflow/tfjs-core';

// tfjs' own `setBackend` only logs why a backend did not start, waits for one without end, and leaves the
// engine without a backend afterwards. So a backend is made first, and given to the engine when it is there.

/** Makes the backend that is registered as `name`, unless it was made before. */
export async function makeBackend(name: string): Promise<KernelBackend> {
  const made = engine().registry[name];
  if (made) return made;
  const factory = engine().findBackendFactory(name);
  if (!factory) throw new Error(`no backend is registered as '${name}'`);
  return factory();
}

export async function useBackend(name: string, backend: KernelBackend): Promise<void> {
  engine().registry[name] = backend;
  await setBackend(name);
}

export function isMade(name: string): boolean {
  return name in engine().registry;
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

/** Takes the engine back to the backend it had, or to having none. */
export async function restoreBackend(name: string | undefined): Promise<void> {
  if (name !== undefined) await setBackend(name);
}
