/** The backends of TensorFlow.js that the tests run on. */
export const backendNames = ['cpu', 'wasm', 'webgl', 'webgpu', 'tensorflow'] as const;
export type BackendName = (typeof backendNames)[number];

declare module 'vitest' {
  interface ProvidedContext {
    /** The backend that this project has started; `inject('backend')` in a test. */
    readonly backend: BackendName;
  }
}
