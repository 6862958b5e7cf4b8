import { engine } from '@tensorflow/tfjs-core';
import { REFERENCE } from '@tfjs-heads/conformance-kit';
import { reasonOf } from '@tfjs-heads/conformance-kit/host';

/** A backend that this browser may have. */
export interface Offer {
  readonly name: string;
  /** Why it cannot be had here. */
  readonly missing: string | undefined;
}

const tests: Readonly<Record<string, () => Promise<string | undefined> | string | undefined>> = {
  webgpu: async () => {
    if (!isSecureContext) return 'WebGPU is for pages from https or localhost only';
    const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
    if (gpu === undefined) return 'this browser has no WebGPU';
    return (await gpu.requestAdapter()) ? undefined : 'WebGPU found no adapter';
  },
  webgl: () => (document.createElement('canvas').getContext('webgl2') ? undefined : 'this browser has no WebGL 2'),
  wasm: () => (typeof WebAssembly === 'object' ? undefined : 'this browser has no WebAssembly'),
  cpu: () => undefined,
};

/** The backends of tfjs that browsers have, and those that somebody has registered. */
export async function offers(): Promise<readonly Offer[]> {
  const registered = Object.keys(engine().registryFactory).filter((name) => name !== REFERENCE);
  const names = [...new Set([...Object.keys(tests), ...registered])];
  return Promise.all(names.map(async (name) => ({ name, missing: await reasonFor(name) })));
}

async function reasonFor(name: string): Promise<string | undefined> {
  try {
    return await tests[name]?.();
  } catch (error) {
    return reasonOf(error);
  }
}
