import { getBackend, getKernel, registerKernel, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmMemory } from '../wasm/memory.js';
import { reporter, type RepairReport } from './report.js';

const kernelName = 'UnsortedSegmentSum';
const report = reporter('wasm-unsorted-segment-sum', 8082);

/** wasm has no UnsortedSegmentSum, the gradient of `gather`: without it no embedding trains. */
export async function repairWasmUnsortedSegmentSum(): Promise<RepairReport> {
  if (getBackend() !== 'wasm') return report.notNeeded('the backend is not wasm');
  if (getKernel(kernelName, 'wasm')) return report.notNeeded(`the kernel ${kernelName} is there`);
  registerKernel({ kernelName, backendName: 'wasm', kernelFunc: unsortedSegmentSum });
  return report.applied(`the kernel ${kernelName} was missing; it is registered now`);
}

const unsortedSegmentSum: KernelFunc = ({ inputs, attrs, backend }) => {
  const x = inputs['x'] as TensorInfo;
  const segmentIds = inputs['segmentIds'] as TensorInfo;
  const { numSegments } = attrs as { numSegments: number };
  const memory = backend as WasmMemory;
  const idRank = segmentIds.shape.length;
  const out = memory.makeOutput([numSegments, ...x.shape.slice(idRank)], x.dtype);
  const from = memory.typedArrayFromHeap(x);
  const ids = memory.typedArrayFromHeap(segmentIds);
  const width = x.shape.slice(idRank).reduce((product, size) => product * size, 1);
  // In doubles: a frequent segment has many summands.
  const sums = new Float64Array(numSegments * width);
  for (const [row, id] of ids.entries()) {
    if (id < 0 || id >= numSegments) continue; // As on cpu and webgl.
    for (let i = 0; i < width; i++) {
      sums[id * width + i] = (sums[id * width + i] as number) + (from[row * width + i] as number);
    }
  }
  memory.typedArrayFromHeap(out).set(sums);
  return out;
};
