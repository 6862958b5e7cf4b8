import type { BinaryName } from '../wasm/binary-names.js' with { 'resolution-mode': 'import' };

// Parcel passes over a file that is not installed where it is required, inside a `try`; `url:` makes it a file to be copied.
exports.findCopiedBinary = async (name: BinaryName): Promise<string | undefined> => {
  try {
    const addresses = {
      'tfjs-backend-wasm.wasm': require('url:@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'),
      'tfjs-backend-wasm-simd.wasm': require('url:@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'),
      'tfjs-backend-wasm-threaded-simd.wasm': require('url:@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm'),
    };
    return new URL(addresses[name], globalThis.document?.baseURI ?? globalThis.location?.origin).href;
  } catch {
    return undefined;
  }
};
