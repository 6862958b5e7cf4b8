import { scalar, type Tensor, Variable } from '@tensorflow/tfjs-core';
import { type HostArray, hostMemory, type HostMemory, recorderNow } from '@tfjs-heads/head-kit';
import { type Backend, numbersInMemory, theEngine } from '../engine.js';
import type { BatchData } from './layers-model.js';

/** The rows of tensors whose data lie in the memory of this process: batches are copied out of it, where tfjs runs kernels for slices, casts and gathers. */
export class Rows {
  readonly #tensors: BatchData;
  /** How many rows there are. */
  readonly count: number;
  readonly #backend: Backend;
  readonly #memory: HostMemory;

  private constructor(tensors: BatchData, backend: Backend, memory: HostMemory) {
    this.#tensors = tensors;
    this.#backend = backend;
    this.#memory = memory;
    this.count = tensors[0]?.shape[0] ?? 0;
  }

  /** Undefined where the data lie elsewhere, or what is computed with them is watched by a tape, a recorder or a profiler. */
  static of(tensors: BatchData): Rows | undefined {
    const { backend, state } = theEngine();
    const memory = hostMemory(backend);
    if (memory === undefined || recorderNow() !== undefined) return undefined;
    if (state.gradientDepth > 0 || state.profiling) return undefined;
    if (tensors.length === 0 || tensors[0] === null || !tensors.every(isWalked)) return undefined;
    return new Rows(tensors, backend, memory);
  }

  /** Rows from `start` to before `end`. The caller owns the tensors. */
  slice(start: number, end: number): (Tensor | null)[] {
    return this.#each(end - start, (from, to, width) => to.set(from.subarray(start * width, end * width)));
  }

  /** The rows with the indices from `start` to before `end` of a list. The caller owns the tensors. */
  gather(indices: Int32Array, start: number, end: number): (Tensor | null)[] {
    return this.#each(end - start, (from, to, width) => {
      for (let row = start, at = 0; row < end; row++) {
        const first = (indices[row] as number) * width;
        for (let column = 0; column < width; column++) to[at++] = from[first + column] as number;
      }
    });
  }

  #each(count: number, copy: (from: HostArray, to: HostArray, width: number) => void): (Tensor | null)[] {
    const engine = theEngine();
    const [backend, memory] = [this.#backend, this.#memory];
    return this.#tensors.map((tensor) => {
      if (tensor === null) return null;
      const { size, shape, dtype } = tensor;
      const rows = memory.allocate([count, ...shape.slice(1)], dtype);
      // Those of another backend are brought over, which may move the memory that is looked at.
      if (engine.state.tensorInfo.get(tensor.dataId)?.backend !== backend) memory.view(tensor);
      copy(memory.view(tensor), memory.view(rows), size / (shape[0] as number));
      return engine.makeTensorFromTensorInfo(rows, backend);
    });
  }
}

function isWalked(tensor: Tensor | null): boolean {
  if (tensor === null) return true;
  const { dtype, shape, isDisposed } = tensor;
  const isNumbers = dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
  return isNumbers && !isDisposed && shape.length > 0 && (shape[0] as number) > 0 && !(tensor instanceof Variable);
}

/** The numbers of scalars, which are disposed of. */
export function takeNumbers(scalars: readonly Tensor[]): number[] {
  const numbers = scalars.map((tensor) => numbersInMemory(tensor)[0] as number);
  for (const tensor of scalars) tensor.dispose();
  return numbers;
}

export function disposeAll(tensors: BatchData): void {
  for (const tensor of tensors) tensor?.dispose();
}

/** Means over rows of batches' means, in the arithmetic of tfjs-layers' kernels: each operation rounded to float32. */
export class RunningMeans {
  #sums: number[] = [];
  #rows = 0;

  add(means: readonly number[], rows: number): void {
    this.#rows += rows;
    this.#sums = means.map((mean, index) => Math.fround((this.#sums[index] ?? 0) + Math.fround(mean * rows)));
  }

  /** As `testLoop` divides. */
  quotients(): number[] {
    return this.#sums.map((sum) => Math.fround(sum / this.#rows));
  }

  /** As the first callback of a `fit` does: times the reciprocal. */
  products(): number[] {
    const share = Math.fround(1 / this.#rows);
    return this.#sums.map((sum) => Math.fround(share * sum));
  }
}

export const scalarsOf = (numbers: readonly number[]): Tensor[] => numbers.map((value) => scalar(value));
