import { importBackend } from './bundlers/find-import.js';
import type { BackendPackage } from './bundlers/import-backend.js';
import { importUnbundled } from './node-module.js';
import { isMade, isRegistered } from './registry.js';

/**
 * Loads the package of a backend, so that it is registered; says why where it cannot be had. One that the program has
 * registered is left at that: in a service worker `import()` is forbidden, and there it is the only way.
 */
export async function loadBackend(name: BackendPackage): Promise<string | undefined> {
  if (isMade(name) || isRegistered(name)) return undefined;
  const failure = await importBackend(name).catch((error: unknown) => ({ error }));
  return failure && failedImport(failure.error, `@tensorflow/tfjs-backend-${name}`);
}

/** Loads native code. */
export async function loadNative(packageName: string): Promise<string | undefined> {
  try {
    await importUnbundled(packageName);
  } catch (error) {
    return failedImport(error, packageName);
  }
  return undefined;
}

/** Why a package could not be had; an error of its own code is thrown on. */
function failedImport(error: unknown, packageName: string): string {
  if (isMissing(error, packageName)) return `${packageName} is not installed`;
  if ('ServiceWorkerGlobalScope' in globalThis) {
    return `a service worker cannot load anything later: import '${packageName}' where startBackend is imported`;
  }
  throw error;
}

/** Each loader and each bundler says it in its own words; all of them name the package. */
function isMissing(error: unknown, packageName: string): boolean {
  const message = String((error as Error | undefined)?.message);
  const named = new RegExp(`(^|[^\\w/-])${packageName}(?![\\w/-])`);
  return named.test(message) && /resolve|find|found|load url|not remapped/i.test(message);
}
