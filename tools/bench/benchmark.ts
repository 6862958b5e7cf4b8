import type { BackendName } from '../test/backend/name.js';

/** One measurement: ours against a peer, in the same run. */
export interface Row {
  readonly benchmark: string;
  readonly backend: string;
  readonly case: string;
  readonly batch: number;
  /** What ours is compared with. */
  readonly peer: string;
  readonly unit: string;
  /** Medians. */
  readonly ours: number;
  readonly theirs: number;
  /** How many times as fast (or as few) ours is. */
  readonly ratio: number;
}

export interface BenchmarkOptions {
  /** How many rows the largest data have, where a benchmark is about many. */
  readonly rows?: number | undefined;
  /** The path of a Python that has JAX, where a benchmark is against that. */
  readonly jax?: string | undefined;
}

/** A benchmark: runs on the backend that has been started, in Node or in a page. */
export type Benchmark = (backend: BackendName, onRow: (row: Row) => void, options: BenchmarkOptions) => Promise<void>;
