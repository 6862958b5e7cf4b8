// Runs in Chromium: what the command line calls there.
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '../test/backend/start.js';
import type { BackendName } from '../test/backend/name.js';
import type { BenchmarkOptions, Row } from './benchmark.js';
import { benchmarks } from './registry.js';

declare global {
  interface Window {
    /** Given by the command line. */
    onRow(row: Row): void;
    runBenchmark(benchmark: string, backend: BackendName, options: BenchmarkOptions): Promise<void>;
  }
}

window.runBenchmark = async (benchmark, backend, options) => {
  await startBackend(backend);
  // As users have it, unlike in the tests.
  for (const flag of ['WEBGL_CPU_FORWARD', 'WEBGPU_CPU_FORWARD'])
    if (tf.env().getFlags()[flag] !== undefined) tf.env().set(flag, true);
  const run = await benchmarks[benchmark]?.();
  await run?.(backend, (row) => window.onRow(row), options);
};
