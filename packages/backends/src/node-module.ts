interface NodeGlobal {
  process?: { getBuiltinModule?: (name: string) => unknown; versions?: { node?: unknown } };
}

/** A module of Node's own, or undefined elsewhere. Not an import, over which bundlers for the browser stumble. */
export function nodeModule<T>(name: string): T | undefined {
  try {
    // Bundlers and pages may define a `process` that has neither.
    const { process } = globalThis as NodeGlobal;
    return typeof process?.versions?.node === 'string'
      ? (process.getBuiltinModule?.(name) as T | undefined)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Imports native code out of the sight of bundlers: a browser has no use for it, and Node needs it unbundled. By a
 * parameter, since they know the value of a constant.
 */
export async function importUnbundled<T>(name: string): Promise<T> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ name) as Promise<T>;
}
