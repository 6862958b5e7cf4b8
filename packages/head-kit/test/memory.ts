import { engine, getBackend, memory } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect } from 'vitest';

/** Whether tensors are in the memory of another device, so that values cannot be had at once. */
export const isOnGpu: boolean = ['webgl', 'webgpu'].includes(getBackend());

/** Releases the tensors of each test of a file. Not for tests that count tensors. */
export function releaseTensors(): void {
  beforeEach(() => engine().startScope());
  afterEach(() => engine().endScope());
}

/** How much memory tfjs holds; equal before and after what leaks nothing. */
export function held(): { numTensors: number; numDataBuffers: number } {
  const { numTensors, numDataBuffers } = memory();
  return { numTensors, numDataBuffers };
}

/** Expects that nothing is left, once reads have ended that nobody waits for. */
export async function expectHeld(before: ReturnType<typeof held>): Promise<void> {
  await expect.poll(held).toEqual(before);
}
