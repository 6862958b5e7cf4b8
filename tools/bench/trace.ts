import * as tf from '@tensorflow/tfjs-core';
import { layers, type Sequential, sequential } from '@tensorflow/tfjs-layers';
import type { Head } from '@tfjs-heads/head-api';
import { repairWasmLargeSums } from '@tfjs-heads/backends/repairs/wasm-large-sums';
import { repairWasmTransposedMatMul } from '@tfjs-heads/backends/repairs/wasm-transposed-matmul';
import { MultiClassHead } from '@tfjs-heads/head-classification';
import { LogisticRegressionHead } from '@tfjs-heads/head-regression';
import { Adam, SGD } from '@tfjs-heads/optimizers';
import { random } from '@tfjs-heads/reference';
import { trainStep } from '@tfjs-heads/tracing';
import type { BackendName } from '../test/backend/name.js';
import type { Benchmark } from './benchmark.js';
import { cpuClock } from './cpu-clock.js';
import { jaxStep } from './jax-step.js';
import { lossesInDoubles, type Rates, type Task } from './trace-float64.js';

/** Trains for one step, and gives the loss. */
type TrainOnce = () => Promise<number>;

const NETWORKS = [
  [20, 64, 64, 1],
  [200, 512, 512, 10],
] as const;
const BATCHES = [32, 1024];
const OPTIMIZERS: readonly Rates[] = [
  { optimizer: 'SGD', rate: 0.05 },
  { optimizer: 'Adam', rate: 0.001 },
];
const COMPARED_STEPS = 60;
const REPETITIONS = 9;
const MILLISECONDS_A_REPETITION = 60;
const KERNELS = ['BatchMatMul', '_FusedMatMul', 'Sum', 'Mean'];
const OURS = 'traced';

/**
 * A traced step of ours against the same step eager, `trainOnBatch` of tfjs-layers as shipped and with our repairs, and jax-js by its jit: CPU time of the
 * main thread where it can be had (Linux), in turns in one process, and how far each loss is from doubles.
 */
export const trace: Benchmark = async (backend, onRow) => {
  const shipped = kernelsOf(backend);
  if (backend === 'wasm') {
    await repairWasmTransposedMatMul();
    await repairWasmLargeSums();
  }
  const repaired = kernelsOf(backend);
  for (const sizes of NETWORKS)
    for (const rates of OPTIMIZERS)
      for (const rows of BATCHES) {
        const task = taskOf(sizes, rows);
        const contestants = await contestantsOf(task, rates, backend, shipped, repaired);
        // The doubles of the widest take minutes.
        const truth = sizes[0] === 20 || rows === 32 ? lossesInDoubles(task, rates, COMPARED_STEPS) : undefined;
        const errors = await errorsOf(contestants, truth);
        const times = await timesOf(contestants);
        const common = { benchmark: 'trace', backend, batch: rows };
        const ours = times.get(OURS) as number;
        for (const [peer, theirs] of times) {
          if (peer === OURS) continue;
          const name = `${sizes.join('-')}, ${rates.optimizer}`;
          onRow({ ...common, case: name, peer, unit: 'ms', ours, theirs, ratio: theirs / ours });
          const [our, their] = [errors.get(OURS), errors.get(peer)];
          if (our === undefined || their === undefined) continue;
          for (const [index, step] of [1, COMPARED_STEPS].entries()) {
            const [a, b] = [rounded(our[index] as number), rounded(their[index] as number)];
            onRow({
              ...common,
              case: `${name}, loss ${step}`,
              peer,
              unit: 'relative error',
              ours: a,
              theirs: b,
              ratio: b / a,
            });
          }
        }
        tf.disposeVariables();
      }
};

function taskOf(sizes: readonly number[], rows: number): Task {
  const next = random(7);
  const draw = (count: number, scale: number): Float32Array =>
    Float32Array.from({ length: count }, () => (2 * next() - 1) * scale);
  const [inputs, classes] = [sizes[0] as number, sizes.at(-1) as number];
  const x = draw(rows * inputs, 1.7);
  const labels = Float32Array.from({ length: rows }, (_, row) => {
    const first = x[row * inputs] as number;
    return classes === 1 ? Number(first > 0) : Math.min(Math.floor(((first + 1.7) / 3.4) * classes), classes - 1);
  });
  const weights = sizes.slice(1).flatMap((to, index) => {
    const from = sizes[index] as number;
    return [draw(from * to, Math.sqrt(6 / (from + to))), new Float32Array(to)];
  });
  return { sizes, rows, x, labels, weights };
}

async function contestantsOf(
  task: Task,
  rates: Rates,
  backend: BackendName,
  shipped: readonly tf.KernelConfig[],
  repaired: readonly tf.KernelConfig[],
): Promise<Map<string, TrainOnce>> {
  const { sizes, rows } = task;
  const isBinary = sizes.at(-1) === 1;
  const x = tf.tensor2d(task.x, [rows, sizes[0] as number]);
  const labels = tf.tensor2d(task.labels, [rows, 1], isBinary ? 'float32' : 'int32');
  const contestants = new Map<string, TrainOnce>();
  const withKernels =
    (kernels: readonly tf.KernelConfig[], train: TrainOnce): TrainOnce =>
    () => {
      use(kernels);
      return train();
    };
  for (const name of [OURS, 'ours, eager']) {
    const step = ourStep(task, rates, name === OURS);
    const train = async (): Promise<number> => {
      const loss = step({ features: { x }, labels });
      const [value] = await loss.data();
      loss.dispose();
      return value as number;
    };
    contestants.set(name, withKernels(repaired, train));
  }
  const target = isBinary
    ? labels
    : tf.tidy(() => tf.cast(tf.oneHot(tf.reshape(labels, [rows]) as tf.Tensor1D, 10), 'float32'));
  for (const [name, kernels] of Object.entries({ 'tfjs-layers': shipped, 'tfjs-layers, repaired': repaired })) {
    if (backend !== 'wasm' && kernels === repaired) continue;
    const model = layersModel(task, rates);
    contestants.set(
      name,
      withKernels(kernels, async () => (await model.trainOnBatch(x, target)) as number),
    );
  }
  const jax = await jaxStep(task, rates);
  if (typeof jax === 'string') console.error(`jax-js: unavailable, ${jax}`);
  else contestants.set('jax-js, jit', jax);
  return contestants;
}

type OurStep = (batch: { features: { x: tf.Tensor }; labels: tf.Tensor }) => tf.Scalar;

function ourStep({ sizes, weights }: Task, { optimizer: name, rate }: Rates, traced: boolean): OurStep {
  const variables = weights.map((values, index) => {
    const [from, to] = [sizes[index >> 1] as number, sizes[(index >> 1) + 1] as number];
    return tf.tidy(() => tf.variable(index % 2 === 0 ? tf.tensor2d(values, [from, to]) : tf.tensor1d(values)));
  });
  const network = ({ x }: { readonly x: tf.Tensor }): tf.Tensor => {
    let h: tf.Tensor = x;
    for (let layer = 0; layer < sizes.length - 1; layer++) {
      h = tf.add(
        tf.matMul(h as tf.Tensor2D, variables[2 * layer] as tf.Tensor as tf.Tensor2D),
        variables[2 * layer + 1] as tf.Tensor,
      );
      if (layer < sizes.length - 2) h = tf.relu(h);
    }
    return h;
  };
  const optimizer = name === 'SGD' ? new SGD({ learningRate: rate }) : new Adam({ learningRate: rate });
  const classes = sizes.at(-1) as number;
  const head: Head<tf.Tensor, tf.Tensor> =
    classes === 1 ? new LogisticRegressionHead() : new MultiClassHead({ nClasses: classes });
  if (traced) return trainStep(head, { network, optimizer, variables });
  return ({ features, labels }) =>
    tf.tidy(() => {
      const spec = head.createEstimatorSpec({
        mode: 'train',
        features,
        labels,
        logits: () => network(features),
        optimizer,
        trainableVariables: variables,
      });
      if (spec.mode === 'train') spec.trainOp();
      const loss = tf.clone((spec as { readonly loss: tf.Scalar }).loss);
      spec.dispose();
      return loss;
    });
}

function layersModel({ sizes, weights }: Task, { optimizer, rate }: Rates): Sequential {
  const model = sequential();
  const classes = sizes.at(-1) as number;
  const last = classes === 1 ? 'sigmoid' : 'softmax';
  for (const [index, units] of sizes.slice(1).entries())
    model.add(
      layers.dense({
        units,
        activation: index < sizes.length - 2 ? 'relu' : last,
        ...(index === 0 && { inputShape: [sizes[0] as number] }),
      }),
    );
  tf.tidy(() =>
    model.setWeights(
      weights.map((values, index) => {
        const [from, to] = [sizes[index >> 1] as number, sizes[(index >> 1) + 1] as number];
        return index % 2 === 0 ? tf.tensor2d(values, [from, to]) : tf.tensor1d(values);
      }),
    ),
  );
  model.compile({
    optimizer: optimizer === 'SGD' ? tf.train.sgd(rate) : tf.train.adam(rate, 0.9, 0.999, 1e-7),
    loss: classes === 1 ? 'binaryCrossentropy' : 'categoricalCrossentropy',
  });
  return model;
}

/** The relative errors of the first loss and of that after 60 steps. */
async function errorsOf(
  contestants: ReadonlyMap<string, TrainOnce>,
  truth: readonly number[] | undefined,
): Promise<Map<string, number[]>> {
  const errors = new Map<string, number[]>();
  if (truth === undefined) return errors;
  for (const [name, train] of contestants) {
    const losses: number[] = [];
    while (losses.length < COMPARED_STEPS) losses.push(await train());
    const errorAt = (index: number): number => Math.abs((losses[index] as number) / (truth[index] as number) - 1);
    errors.set(name, [errorAt(0), errorAt(COMPARED_STEPS - 1)]);
  }
  return errors;
}

/** Median milliseconds a step, in turns. */
async function timesOf(contestants: ReadonlyMap<string, TrainOnce>): Promise<Map<string, number>> {
  const now = await cpuClock();
  const counts = new Map<string, number>();
  const times = new Map<string, number[]>();
  for (const [name, train] of contestants) {
    for (let warmUp = 0; warmUp < 5; warmUp++) await train();
    const start = now();
    await train();
    counts.set(name, Math.max(1, Math.round(MILLISECONDS_A_REPETITION / Math.max(now() - start, 0.01))));
    times.set(name, []);
  }
  for (let repetition = 0; repetition < REPETITIONS; repetition++)
    for (const [name, train] of contestants) {
      await train(); // what the one before has left in the caches is not this one's
      const count = counts.get(name) as number;
      const start = now();
      for (let step = 0; step < count; step++) await train();
      times.get(name)?.push((now() - start) / count);
    }
  const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;
  return new Map([...times].map(([name, values]) => [name, median(values)]));
}

const rounded = (error: number): number => Number(error.toPrecision(2));

function kernelsOf(backend: string): readonly tf.KernelConfig[] {
  return KERNELS.map((name) => tf.getKernel(name, backend)).filter((kernel) => kernel !== undefined);
}

function use(kernels: readonly tf.KernelConfig[]): void {
  for (const kernel of kernels) {
    if (tf.getKernel(kernel.kernelName, kernel.backendName) === kernel) continue;
    tf.unregisterKernel(kernel.kernelName, kernel.backendName);
    tf.registerKernel(kernel);
  }
}
