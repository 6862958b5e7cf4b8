import { nodeGpu } from '../node-gpu.js';
import { nodeModule } from '../node-module.js';
import { reporter, type RepairReport } from './report.js';

const report = reporter('node-webgpu', undefined);

interface Device {
  destroy(): void;
}
type RequestDevice = (this: unknown, ...descriptor: unknown[]) => Promise<Device>;

/** On the function and by a global symbol, so that a second copy of this package sees it too. */
const marker = Symbol.for('@tfjs-heads/backends/destroyed-at-exit');

/**
 * Node has no WebGPU. This puts the one of the package `webgpu` (Dawn) where tfjs looks for it: `navigator.gpu` and what a browser
 * has as globals, each only where it is missing. A process that ended while Dawn had work to do would crash one time in a few,
 * so devices are destroyed before it ends. Call it before `@tensorflow/tfjs-backend-webgpu` is imported, which looks once.
 */
export async function repairNodeWebgpu(): Promise<RepairReport> {
  const process = nodeModule<NodeJS.Process>('node:process');
  if (process === undefined || typeof document !== 'undefined')
    return report.notNeeded('this is not Node, or a page in it');
  const hasGpu = Boolean((globalThis as { readonly navigator?: { readonly gpu?: unknown } }).navigator?.gpu);
  const done: string[] = [];
  if (!hasGpu || !('GPUBufferUsage' in globalThis)) {
    const found = await nodeGpu();
    if (typeof found === 'string') return report.impossible(found);
    const missing = Object.entries(found.dawn.globals).filter(([name]) => !(name in globalThis));
    for (const [name, value] of missing) define(globalThis, name, value);
    if (!hasGpu) setNavigatorGpu(found.gpu, process);
    done.push(`the package webgpu gave ${hasGpu ? '' : 'navigator.gpu and '}${missing.length} globals`);
  }
  if (destroyAtExit(process)) done.push('devices are destroyed before the process ends');
  return done.length === 0 ? report.notNeeded('WebGPU is there') : report.applied(done.join('; '));
}

/** Node has a navigator from version 21 on; before, one is made of what that has. */
function setNavigatorGpu(gpu: unknown, { versions }: NodeJS.Process): void {
  const there = (globalThis as { readonly navigator?: object }).navigator;
  const navigator = there ?? { userAgent: `Node.js/${versions.node.split('.')[0]}` };
  define(navigator, 'gpu', gpu);
  if (there === undefined) define(globalThis, 'navigator', navigator);
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, enumerable: false, writable: true });
}

/** Whether there was need of it. */
function destroyAtExit(process: NodeJS.Process): boolean {
  const { GPUAdapter: adapter } = globalThis as {
    readonly GPUAdapter?: { readonly prototype: { requestDevice: RequestDevice & { [marker]?: true } } };
  };
  if (adapter === undefined || adapter.prototype.requestDevice[marker]) return false;
  const { requestDevice } = adapter.prototype;
  const devices = new Set<WeakRef<Device>>();
  const remembering: RequestDevice = async function (...descriptor) {
    const device = await requestDevice.apply(this, descriptor);
    devices.add(new WeakRef(device));
    return device;
  };
  adapter.prototype.requestDevice = Object.assign(remembering, { [marker]: true as const });
  process.once('exit', () => {
    for (const device of devices) device.deref()?.destroy();
  });
  return true;
}
