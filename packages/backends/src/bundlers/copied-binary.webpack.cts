import type { BinaryName } from '../wasm/binary-names.js' with { 'resolution-mode': 'import' };

// webpack passes over a file that is not installed where it is required, inside a `try`; what stands before `!=!` makes
// it a file to be copied, whatever the configuration says of WebAssembly.
exports.copiedBinary = (name: BinaryName): string | undefined => {
  try {
    const addresses = {
      'tfjs-backend-wasm.wasm': require('a.wasm.webpack[asset/resource]!=!@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'),
      'tfjs-backend-wasm-simd.wasm': require('b.wasm.webpack[asset/resource]!=!@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'),
      'tfjs-backend-wasm-threaded-simd.wasm': require('c.wasm.webpack[asset/resource]!=!@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm'),
    };
    return new URL(addresses[name], globalThis.document?.baseURI ?? globalThis.location?.origin).href;
  } catch {
    return undefined;
  }
};
