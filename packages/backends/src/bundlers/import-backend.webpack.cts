import type { Failure, ImportBackend } from './import-backend.js' with { 'resolution-mode': 'import' };

/** webpack's own: what the function requires becomes a chunk, which is loaded first. */
declare const require: NodeJS.Require & {
  ensure(modules: readonly string[], use: () => void, failed: (error: unknown) => void): void;
};

// Every version of webpack 5 passes over a package that is not installed where it is required, inside a `try`.
exports.importBackend = {
  cpu: () =>
    new Promise<Failure | undefined>((resolve) => {
      require.ensure(
        [],
        () => {
          try {
            require('@tensorflow/tfjs-backend-cpu');
            resolve(undefined);
          } catch (error) {
            resolve({ error });
          }
        },
        (error) => resolve({ error }),
      );
    }),
  wasm: () =>
    new Promise<Failure | undefined>((resolve) => {
      require.ensure(
        [],
        () => {
          try {
            require('@tensorflow/tfjs-backend-wasm');
            resolve(undefined);
          } catch (error) {
            resolve({ error });
          }
        },
        (error) => resolve({ error }),
      );
    }),
  webgl: () =>
    new Promise<Failure | undefined>((resolve) => {
      require.ensure(
        [],
        () => {
          try {
            require('@tensorflow/tfjs-backend-webgl');
            resolve(undefined);
          } catch (error) {
            resolve({ error });
          }
        },
        (error) => resolve({ error }),
      );
    }),
  webgpu: () =>
    new Promise<Failure | undefined>((resolve) => {
      require.ensure(
        [],
        () => {
          try {
            require('@tensorflow/tfjs-backend-webgpu');
            resolve(undefined);
          } catch (error) {
            resolve({ error });
          }
        },
        (error) => resolve({ error }),
      );
    }),
} satisfies ImportBackend;
