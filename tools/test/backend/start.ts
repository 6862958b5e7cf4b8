import * as tf from '@tensorflow/tfjs-core';
import type { BackendName } from './name.js';

/**
 * Loads each backend only when it is asked for. Forwarding is off, or small inputs would never
 * reach the GPU; every other flag keeps its default, as users have it.
 */
const load: Readonly<Record<BackendName, () => Promise<void>>> = {
  async cpu() {
    await import('@tensorflow/tfjs-backend-cpu');
  },
  async wasm() {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    // Under Node the backend finds its files by itself.
    if (tf.env().get('IS_BROWSER')) setWasmPaths((await import('./wasm-urls.js')).wasmUrls);
  },
  async webgl() {
    await import('@tensorflow/tfjs-backend-webgl');
    tf.env().set('WEBGL_CPU_FORWARD', false);
  },
  async webgpu() {
    await import('@tensorflow/tfjs-backend-webgpu');
    tf.env().set('WEBGPU_CPU_FORWARD', false);
  },
  async tensorflow() {
    await import('@tensorflow/tfjs-node');
  },
};

/** Starts a backend, or throws: no other backend ever stands in for the one that was asked for. */
export async function startBackend(name: BackendName): Promise<void> {
  await load[name]();
  const started = await tf.setBackend(name);
  await tf.ready();
  if (!started || tf.getBackend() !== name) {
    throw new Error(`The backend ${name} did not start; the current one is ${tf.getBackend() || 'none'}.`);
  }
}
