import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, sequential, type Sequential } from '@tensorflow/tfjs-layers';
import { repairWasmLargeSums } from '@tfjs-heads/backends/repairs/wasm-large-sums';
import { repairWasmTransposedMatMul } from '@tfjs-heads/backends/repairs/wasm-transposed-matmul';
import type { Benchmark } from './benchmark.js';
import { interleave } from './interleave.js';

const KERNELS = ['BatchMatMul', '_FusedMatMul', 'Sum', 'Mean'];
/** Batch and units of the hidden layers. */
const SIZES = [
  [32, 16],
  [32, 64],
  [256, 64],
  [1024, 64],
  [4096, 64],
  [32, 256],
  [1024, 256],
] as const;

/**
 * The `trainOnBatch` of tfjs-layers on wasm against itself: with nothing of ours but the repair of
 * speed, and with the repair of large sums too, which is faster where a bias has many rows.
 */
export const trainOnBatch: Benchmark = async (backend, onRow) => {
  if (backend !== 'wasm') return; // the repair is for wasm alone
  const original = kernelsOf(backend);
  await repairWasmTransposedMatMul();
  const fast = kernelsOf(backend);
  await repairWasmLargeSums();
  const repaired = { 'repair of speed': fast, 'and of large sums': kernelsOf(backend) };
  for (const [batch, units] of SIZES) {
    const x = tf.randomNormal([batch, 20], 0, 1, 'float32', 4);
    const y = tf.tidy(() => tf.sum(x, 1, true));
    const stepWith = (kernels: readonly tf.KernelConfig[]): (() => Promise<number>) => {
      const model = makeModel(units);
      return async () => {
        use(kernels);
        return (await model.trainOnBatch(x, y)) as number;
      };
    };
    for (const [name, kernels] of Object.entries(repaired)) {
      const [ours, theirs] = [stepWith(kernels), stepWith(original)];
      await checkSame(ours, theirs);
      const figures = await interleave(ours, theirs);
      onRow({
        benchmark: 'train-on-batch',
        backend,
        case: `20-${units}-${units}-1, Adam, ${name}`,
        batch,
        peer: 'tfjs-layers unrepaired',
        unit: 'ms',
        ...figures,
        ratio: figures.theirs / figures.ours,
      });
    }
    tf.dispose([x, y]);
  }
};

/** A comparison of speed means something only between things that compute the same. */
async function checkSame(ours: () => Promise<number>, theirs: () => Promise<number>): Promise<void> {
  for (let step = 0; step < 5; step++) {
    const [our, their] = [await ours(), await theirs()];
    if (!(Math.abs(our / their - 1) <= 1e-5))
      throw new Error(`The losses differ at step ${step}: ours is ${our}, the peer's ${their}.`);
  }
}

function kernelsOf(backend: string): readonly tf.KernelConfig[] {
  return KERNELS.map((name) => tf.getKernel(name, backend));
}

function use(kernels: readonly tf.KernelConfig[]): void {
  for (const kernel of kernels) {
    tf.unregisterKernel(kernel.kernelName, kernel.backendName);
    tf.registerKernel(kernel);
  }
}

function makeModel(units: number): Sequential {
  const model = sequential();
  const dense = (size: number, seed: number, activation: 'relu' | 'linear', inputShape?: number[]) =>
    layers.dense({
      units: size,
      activation,
      kernelInitializer: initializers.glorotUniform({ seed }),
      ...(inputShape && { inputShape }),
    });
  model.add(dense(units, 1, 'relu', [20]));
  model.add(dense(units, 2, 'relu'));
  model.add(dense(1, 3, 'linear'));
  model.compile({ optimizer: tf.train.adam(0.001), loss: 'meanSquaredError' });
  return model;
}
