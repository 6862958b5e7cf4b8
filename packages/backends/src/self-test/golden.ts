import type { Tensor } from '@tensorflow/tfjs-core';

/** A small computation with known values. */
export interface Golden {
  readonly name: string;
  /** What a backend gets wrong that fails it. */
  readonly catches: string;
  /** Runs under `tidy`. */
  readonly run: () => Tensor;
  /** From a reference in doubles, which the tests repeat. */
  readonly expected: readonly number[];
  /** Units of error that are allowed: 16 for a few operations on each value, 64 for sums and chains. */
  readonly k: 16 | 64;
  /** The magnitude of the terms that are combined. */
  readonly scale: number;
}
