import type { BackendPackage, Failure, ImportBackend } from './import-backend.js' with { 'resolution-mode': 'import' };

// Parcel passes over a package that is not installed only where it is required, inside a `try`.
const imports: ImportBackend = {
  cpu: async () => {
    try {
      require('@tensorflow/tfjs-backend-cpu');
      return undefined;
    } catch (error) {
      return { error };
    }
  },
  wasm: async () => {
    try {
      require('@tensorflow/tfjs-backend-wasm');
      return undefined;
    } catch (error) {
      return { error };
    }
  },
  webgl: async () => {
    try {
      require('@tensorflow/tfjs-backend-webgl');
      return undefined;
    } catch (error) {
      return { error };
    }
  },
  webgpu: async () => {
    try {
      require('@tensorflow/tfjs-backend-webgpu');
      return undefined;
    } catch (error) {
      return { error };
    }
  },
};

exports.importBackend = (name: BackendPackage): Promise<Failure | undefined> => imports[name]();
