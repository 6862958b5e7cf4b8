/** The packages of tfjs' own backends, each of which may be missing. */
export type BackendPackage = 'cpu' | 'wasm' | 'webgl' | 'webgpu';

export interface Failure {
  readonly error: unknown;
}

/** Imports the package of a backend; returns what was thrown instead of throwing it. */
export type ImportBackend = Readonly<Record<BackendPackage, () => Promise<Failure | undefined>>>;

/**
 * An `import()` of a literal inside a `try` is what esbuild and newer versions of webpack bundle where the package is
 * installed, and pass over where it is not; Vite and rollup do so anyway.
 */
export const importBackend: ImportBackend = {
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
