import { nodeGpu } from '../node-gpu.js';
import { nodeModule } from '../node-module.js';
import { reasonOf } from '../reason.js';
import { isRegistered } from '../registry.js';

/** Whether pages, workers and what passes for them may draw here. */
export function mayDraw(): boolean {
  return typeof OffscreenCanvas !== 'undefined' || typeof document !== 'undefined' || webGpu() !== undefined;
}

/** Why no WebGL is to be had, found by asking canvases for it. */
export function lackingWebgl(): string | undefined {
  const canvases: (() => OffscreenCanvas | HTMLCanvasElement)[] = [
    () => new OffscreenCanvas(1, 1),
    () => document.createElement('canvas'),
  ];
  let reason = 'there is no canvas here';
  for (const makeCanvas of canvases) {
    for (const version of ['webgl2', 'webgl'] as const) {
      try {
        const canvas = makeCanvas();
        reason = 'no canvas here gives a WebGL context: WebGL is switched off, blocked, or without a driver';
        const context = canvas.getContext(version) as WebGLRenderingContext | null | undefined;
        if (!context) continue;
        context.getExtension('WEBGL_lose_context')?.loseContext(); // A page has few.
        return undefined;
      } catch {
        // No such canvas, or one that only pretends, as in programs that imitate a page.
      }
    }
  }
  return reason;
}

/** Why it has not registered itself: it looks for `navigator.gpu` when it is imported, and never again. */
export function unregisteredWebgpu(): string | undefined {
  return isRegistered('webgpu')
    ? undefined
    : '@tensorflow/tfjs-backend-webgpu was imported before there was a navigator.gpu: leave that to startBackend';
}

interface WebGpu {
  requestAdapter(): Promise<object | null>;
}

/** Why no WebGPU is to be had, found by asking for an adapter. */
export async function lackingWebgpu(): Promise<string | undefined> {
  const gpu = webGpu();
  if (gpu === undefined) {
    if (nodeModule('node:fs') !== undefined && typeof document === 'undefined') return whyNoNodeGpu();
    return globalThis.isSecureContext === false
      ? 'there is no WebGPU here (navigator.gpu): only pages of https and of localhost have it'
      : 'there is no WebGPU here (navigator.gpu)';
  }
  try {
    const adapter = await gpu.requestAdapter();
    return adapter
      ? undefined
      : 'there is WebGPU here, but no adapter: no GPU that the driver or the browser lets it use';
  } catch (error) {
    return `there is WebGPU here, but no adapter: ${reasonOf(error)}`;
  }
}

async function whyNoNodeGpu(): Promise<string | undefined> {
  const found = await nodeGpu();
  return typeof found === 'string' ? found : undefined;
}

function webGpu(): WebGpu | undefined {
  try {
    return (globalThis.navigator as { gpu?: WebGpu } | undefined)?.gpu ?? undefined;
  } catch {
    return undefined;
  }
}
