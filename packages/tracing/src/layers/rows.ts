import { scalar, type Tensor, Variable } from '@tensorflow/tfjs-core';
import { hostMemory, recorderNow } from '@tfjs-heads/head-kit';
import { numbersInMemory, theEngine } from '../engine.js';
import type { BatchData } from './layers-model.js';

type Numbers = Float32Array | Int32Array | Uint8Array;

/** The rows of tensors whose data lie in the memory of this process: batches are copied out of it, where tfjs runs kernels for slices, casts and gathers. */
export class Rows {
  readonly #tensors: BatchData;
  /** How many rows there are. */
  readonly count: number;

  private constructor(tensors: BatchData) {
    this.#tensors = tensors;
    this.count = tensors[0]?.shape[0] ?? 0;
  }

  /** Undefined where the data lie elsewhere, or what is computed with them is watched by a tape, a recorder or a profiler. */
  static of(tensors: BatchData): Rows | undefined {
    const { backend, state } = theEngine();
    if (hostMemory(backend) === undefined || recorderNow() !== undefined) return undefined;
    if (state.gradientDepth > 0 || state.profiling) return undefined;
    return tensors.length > 0 && tensors[0] !== null && tensors.every(isWalked) ? new Rows(tensors) : undefined;
  }

  /** Rows from `start` to before `end`. The caller owns the tensors. */
  slice(start: number, end: number): (Tensor | null)[] {
    return this.#each((numbers, width) => numbers.slice(start * width, end * width), end - start);
  }

  /** The rows with the indices from `start` to before `end` of a list. The caller owns the tensors. */
  gather(indices: Int32Array, start: number, end: number): (Tensor | null)[] {
    return this.#each((numbers, width) => {
      const rows = new (numbers.constructor as new (length: number) => Numbers)((end - start) * width);
      for (let row = start, to = 0; row < end; row++, to += width) {
        const from = (indices[row] as number) * width;
        if (width > 16) rows.set(numbers.subarray(from, from + width), to);
        else for (let at = 0; at < width; at++) rows[to + at] = numbers[from + at] as number;
      }
      return rows;
    }, end - start);
  }

  #each(take: (numbers: Numbers, width: number) => Numbers, count: number): (Tensor | null)[] {
    const engine = theEngine();
    const memory = hostMemory(engine.backend);
    return this.#tensors.map((tensor) => {
      if (tensor === null || memory === undefined) return null;
      const { size, shape, dtype } = tensor;
      // Twice, since what another backend holds is brought over first, which may move the memory.
      if (engine.state.tensorInfo.get(tensor.dataId)?.backend !== engine.backend) memory.view(tensor);
      const rows = take(memory.view(tensor), size / (shape[0] as number));
      return engine.makeTensor(rows, [count, ...shape.slice(1)], dtype);
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
