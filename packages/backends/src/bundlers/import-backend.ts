/** The packages of tfjs' own backends, each of which may be missing. */
export type BackendPackage = 'cpu' | 'wasm' | 'webgl' | 'webgpu';

/**
 * Imports the package of a backend; returns what was thrown instead of throwing it. An `import()` of a literal inside a
 * `try` is what webpack and esbuild bundle where the package is installed, and pass over where it is not; Vite and
 * rollup do so anyway. Parcel takes import-backend.parcel.cts in this module's place (`alias` in package.json).
 */
export const importBackend: Readonly<Record<BackendPackage, () => Promise<Failure | undefined>>> = {
  cpu: async () => {
    try {
      await import('@tensorflow/tfjs-backend-cpu');
      return undefined;
    } catch (error) {
      return { error };
    }
  },
  wasm: async () => {
    try {
      await import('@tensorflow/tfjs-backend-wasm');
      return undefined;
    } catch (error) {
      return { error };
    }
  },
  webgl: async () => {
    try {
      await import('@tensorflow/tfjs-backend-webgl');
      return undefined;
    } catch (error) {
      return { error };
    }
  },
  webgpu: async () => {
    try {
      await import('@tensorflow/tfjs-backend-webgpu');
      return undefined;
    } catch (error) {
      return { error };
    }
  },
};

export interface Failure {
  readonly error: unknown;
}
