import type { Benchmark } from './benchmark.js';

/** The benchmarks by name, each loaded when it is asked for. */
export const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  estimator: async () => (await import('./estimator.js')).estimator,
  evaluate: async () => (await import('./evaluate.js')).evaluate,
  fit: async () => (await import('./fit.js')).fit,
  head: async () => (await import('./head.js')).head,
  images: async () => (await import('./images.js')).images,
  metrics: async () => (await import('./metrics.js')).metrics,
  optimizers: async () => (await import('./optimizers.js')).optimizers,
  trace: async () => (await import('./trace.js')).trace,
  'train-on-batch': async () => (await import('./train-on-batch.js')).trainOnBatch,
};
