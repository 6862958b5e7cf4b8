import { importUnbundled } from './node-module.js';
import { reasonOf } from './reason.js';

/** What is used of a `GPU` of WebGPU. */
export interface Gpu {
  requestAdapter(): Promise<object | null>;
}

/** What is used of the package `webgpu`: Dawn, the WebGPU of Chromium, as a module of Node's. */
export interface Dawn {
  create(options: readonly string[]): Gpu;
  /** By name, what a browser has as globals: classes, and the constants such as `GPUBufferUsage`. */
  readonly globals: Readonly<Record<string, unknown>>;
}

/** The package, and a GPU of it that has an adapter. */
export interface NodeGpu {
  readonly dawn: Dawn;
  readonly gpu: Gpu;
}

let finding: Promise<NodeGpu | string> | undefined;

/** WebGPU for Node, which has none of its own, or why there is none. Nothing becomes global. */
export async function nodeGpu(): Promise<NodeGpu | string> {
  const found = await (finding ??= findGpu());
  if (typeof found === 'string') finding = undefined; // The next time a driver may be there.
  return found;
}

async function findGpu(): Promise<NodeGpu | string> {
  let dawn: Dawn;
  try {
    dawn = await importUnbundled<Dawn>('webgpu');
  } catch (error) {
    const isMissing = (error as { readonly code?: unknown } | undefined)?.code === 'ERR_MODULE_NOT_FOUND';
    return isMissing
      ? 'Node has no WebGPU of its own, and the package webgpu is not installed'
      : `the package webgpu cannot be loaded: ${reasonOf(error)}`;
  }
  try {
    const gpu = dawn.create([]);
    if (await gpu.requestAdapter()) return { dawn, gpu };
    return 'WebGPU finds no adapter: this machine has no GPU, or no driver of Vulkan, Metal or Direct3D 12 for it';
  } catch (error) {
    return `WebGPU gives no adapter: ${reasonOf(error)}`;
  }
}
