import { engine } from '@tensorflow/tfjs-core';
import { isMade } from './registry.js';

/** The packages of tfjs' own backends, each of which may be missing. */
export type BackendPackage = 'cpu' | 'wasm' | 'webgl' | 'webgpu';

// An `import()` of a literal inside a `try` is what webpack, esbuild and Parcel bundle where the package is installed,
// and pass over where it is not. Vite and rollup do so anyway.
const imports: Readonly<Record<BackendPackage, () => Promise<string | undefined>>> = {
  cpu: async () => {
    try {
      await import('@tensorflow/tfjs-backend-cpu');
      return undefined;
    } catch (error) {
      return reasonOf(error, '@tensorflow/tfjs-backend-cpu');
    }
  },
  wasm: async () => {
    try {
      await import('@tensorflow/tfjs-backend-wasm');
      return undefined;
    } catch (error) {
      return reasonOf(error, '@tensorflow/tfjs-backend-wasm');
    }
  },
  webgl: async () => {
    try {
      await import('@tensorflow/tfjs-backend-webgl');
      return undefined;
    } catch (error) {
      return reasonOf(error, '@tensorflow/tfjs-backend-webgl');
    }
  },
  webgpu: async () => {
    try {
      await import('@tensorflow/tfjs-backend-webgpu');
      return undefined;
    } catch (error) {
      return reasonOf(error, '@tensorflow/tfjs-backend-webgpu');
    }
  },
};

/**
 * Loads the package of a backend, so that it is registered; says why where it cannot be had. One that the program has
 * registered is left at that: in a service worker `import()` is forbidden, and there it is the only way.
 */
export async function loadBackend(name: BackendPackage): Promise<string | undefined> {
  return isMade(name) || engine().findBackendFactory(name) ? undefined : imports[name]();
}

/** Loads native code, out of the sight of bundlers: a browser has no use for it, and Node needs it unbundled. */
export async function loadNative(packageName: string): Promise<string | undefined> {
  try {
    await import(/* @vite-ignore */ /* webpackIgnore: true */ packageName);
  } catch (error) {
    return reasonOf(error, packageName);
  }
  return undefined;
}

/** Why a package could not be had; an error of its own code is thrown on. */
function reasonOf(error: unknown, packageName: string): string {
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
