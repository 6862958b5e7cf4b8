import { memory } from '@tensorflow/tfjs-core';
import type { Judge } from '../judge.js';

/** How many tensors and buffers there are. */
export function held(): { numTensors: number; numDataBuffers: number } {
  const { numTensors, numDataBuffers } = memory();
  return { numTensors, numDataBuffers };
}

/** Waits for reads that nobody awaits, then demands that memory is as it was. */
export async function heldAgain(judge: Judge, what: string, before: ReturnType<typeof held>): Promise<void> {
  const isAgain = (): boolean => JSON.stringify(held()) === JSON.stringify(before);
  for (let waited = 0; !isAgain() && waited < 50; waited++) await new Promise((resolve) => setTimeout(resolve, 10));
  judge.equal(`tensors after ${what}`, held(), before);
}
