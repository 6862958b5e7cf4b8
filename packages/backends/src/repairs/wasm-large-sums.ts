import { fill, getBackend, sum, tidy, util, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmMemory } from '../wasm/memory.js';
import { wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'wasm-large-sums';
const report = reporter(mark, undefined);

/** Below this many summands one float32 is good enough, and the kernel's own loop as fast. */
const large = 512;

/**
 * wasm adds up in one float32: the mean of a million tenths is 1 % off, and counting stops at
 * 16,777,216. Large sums are taken in doubles, which is as fast.
 */
export async function repairWasmLargeSums(): Promise<RepairReport> {
  if (getBackend() !== 'wasm') return report.notNeeded('the backend is not wasm');
  const error = await relativeError();
  if (error < 1e-6) return report.notNeeded('large sums are right');
  wrapKernel(mark, 'Sum', 'wasm', (original) => inDoubles(original, () => 1));
  wrapKernel(mark, 'Mean', 'wasm', (original) => inDoubles(original, (count) => count));
  return report.applied(
    `the sum of 100,000 numbers was ${error.toExponential(0)} off; large sums are taken in doubles now`,
  );
}

function inDoubles(original: KernelFunc, divisor: (count: number) => number): KernelFunc {
  return (params) => {
    const x = params.inputs['x'] as TensorInfo;
    const { axis, keepDims } = params.attrs as { axis: number | number[]; keepDims?: boolean };
    const axes = util.parseAxisParam(axis, x.shape).toSorted((a, b) => a - b);
    const [firstAxis = 0] = axes;
    const isOneRun = axes.every((dimension, i) => dimension === firstAxis + i);
    const count = sizeOf(axes.map((dimension) => x.shape[dimension] as number));
    if (x.dtype !== 'float32' || !isOneRun || count < large) return original(params);
    const memory = params.backend as WasmMemory;
    const before = x.shape.slice(0, firstAxis);
    const after = x.shape.slice(firstAxis + axes.length);
    const out = memory.makeOutput([...before, ...(keepDims ? axes.map(() => 1) : []), ...after], 'float32');
    const sums = addUp(memory.typedArrayFromHeap(x), sizeOf(before), count, sizeOf(after));
    const by = divisor(count);
    memory.typedArrayFromHeap(out).set(by === 1 ? sums : sums.map((value) => value / by));
    return out;
  };
}

/** Sums over the middle one of three dimensions. */
function addUp(values: ArrayLike<number>, outer: number, count: number, inner: number): Float64Array {
  const sums = new Float64Array(outer * inner);
  let at = 0;
  for (let i = 0; i < outer; i++) {
    if (inner === 1) {
      let total = 0;
      for (let end = at + count; at < end; at++) total += values[at] as number;
      sums[i] = total;
      continue;
    }
    for (let row = 0; row < count; row++) {
      for (let j = i * inner; j < (i + 1) * inner; j++) sums[j] = (sums[j] as number) + (values[at++] as number);
    }
  }
  return sums;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

async function relativeError(): Promise<number> {
  const count = 100_000;
  const total = tidy(() => sum(fill([count], 0.1)));
  const [value = 0] = await total.data();
  total.dispose();
  return Math.abs(value / (count * Math.fround(0.1)) - 1);
}
