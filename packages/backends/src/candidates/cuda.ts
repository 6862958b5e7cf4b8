import type { KernelBackend } from '@tensorflow/tfjs-core';
import { nodeModule } from '../node-module.js';

/** What the native backend says of itself. */
export interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly isGPUPackage: boolean;
  readonly binding: { readonly TF_Version: string };
}

export function asNative(backend: KernelBackend): NativeBackend | undefined {
  return 'isUsingGpuDevice' in backend ? (backend as unknown as NativeBackend) : undefined;
}

/** Whether TensorFlow found a CUDA device. Which package it came from says nothing. */
export function usesCuda(backend: KernelBackend): boolean {
  return asNative(backend)?.isUsingGpuDevice ?? false;
}

// The driver's device on Linux, and under Windows' Linux.
const devices = ['/dev/nvidiactl', '/dev/dxg'];

/** Spares loading a gigabyte to learn that there is nothing to run it on. */
export function noCudaDevice(): string | undefined {
  const fs = nodeModule<typeof import('node:fs')>('node:fs');
  const isLinux = nodeModule<typeof import('node:os')>('node:os')?.platform() === 'linux';
  return isLinux && !devices.some((device) => fs?.existsSync(device))
    ? `this machine has no CUDA device (no ${devices.join(', no ')})`
    : undefined;
}
