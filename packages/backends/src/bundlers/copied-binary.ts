// A module of its own: `import.meta` is a syntax error in what Jest makes of modules.
import type { BinaryName } from '../wasm/binary-names.js';

/** Where a bundler has copied a binary to; each is written out in full, in the form that bundlers replace. */
export function copiedBinary(name: BinaryName): string | undefined {
  const restore = resolveAgainstBlobs();
  try {
    const addresses = {
      'tfjs-backend-wasm.wasm': new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm', import.meta.url)
        .href,
      'tfjs-backend-wasm-simd.wasm': new URL(
        '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
        import.meta.url,
      ).href,
      'tfjs-backend-wasm-threaded-simd.wasm': new URL(
        '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm',
        import.meta.url,
      ).href,
    };
    return addresses[name];
  } catch {
    return undefined; // No bundler has replaced them, and this module has no address to resolve them against.
  } finally {
    restore();
  }
}

/**
 * In a worker that was made of a Blob, bundlers put its address for `import.meta.url`, against which `URL` resolves
 * nothing; the page's origin is in it. Bundlers know the name `URL` alone, so that is what has to learn it.
 */
function resolveAgainstBlobs(): () => void {
  const Original = globalThis.URL;
  globalThis.URL = class extends Original {
    constructor(url: string | URL, base?: string | URL) {
      super(url, String(base).startsWith('blob:') ? new Original(String(base)).origin : base);
    }
  };
  return () => {
    globalThis.URL = Original;
  };
}
