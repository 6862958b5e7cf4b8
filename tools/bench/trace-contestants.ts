import * as tf from '@tensorflow/tfjs-core';
import { layers, type Sequential, sequential } from '@tensorflow/tfjs-layers';
import type { Head } from '@tfjs-heads/head-api';
import { MultiClassHead } from '@tfjs-heads/head-classification';
import { LogisticRegressionHead } from '@tfjs-heads/head-regression';
import { Adam, SGD } from '@tfjs-heads/optimizers';
import { random } from '@tfjs-heads/reference';
import { type RunOptions, type Trace, trainStep } from '@tfjs-heads/tracing';
import type { BackendName } from '../test/backend/name.js';
import { type Contestant, inThisProcess } from './contestant.js';
import { jaxStep } from './jax-step.js';
import type { Rates, Task } from './trace-float64.js';

/** Trains for one step, and gives the loss. */
type TrainOnce = () => Promise<number>;

const KERNELS = ['BatchMatMul', '_FusedMatMul', 'Sum', 'Mean'];

/** The name of our traced step. */
export const OURS = 'traced';
/** On native TensorFlow: not as one graph. */
const BY_KERNELS = 'traced, by kernels';
/** Where steps are functions of WebAssembly; all others of ours are by one thread. */
const BY_TWO = 'traced, by two threads';
/** The same, with fused multiply-adds: only where an engine has them. */
export const RELAXED = 'traced, relaxed SIMD';
const BY_FUNCTION = [BY_TWO, RELAXED];

export function taskOf(sizes: readonly number[], rows: number): Task {
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

export function inputsOf({ sizes, rows, x, labels }: Task): { readonly x: tf.Tensor2D; readonly labels: tf.Tensor2D } {
  return {
    x: tf.tensor2d(x, [rows, sizes[0] as number]),
    labels: tf.tensor2d(labels, [rows, 1], sizes.at(-1) === 1 ? 'float32' : 'int32'),
  };
}

export interface Means {
  readonly shipped: readonly tf.KernelConfig[];
  readonly repaired: readonly tf.KernelConfig[];
  /** A Python that has JAX. */
  readonly jax: string | undefined;
}

export async function contestantsOf(
  task: Task,
  rates: Rates,
  backend: BackendName,
  { shipped, repaired, jax: python }: Means,
): Promise<Map<string, Contestant>> {
  const { sizes, rows } = task;
  const isBinary = sizes.at(-1) === 1;
  const { x, labels } = inputsOf(task);
  const contestants = new Map<string, Contestant>();
  const withKernels = (kernels: readonly tf.KernelConfig[], train: TrainOnce): Promise<Contestant> =>
    inThisProcess(() => {
      use(kernels);
      return train();
    });
  const ours = [
    OURS,
    'ours, eager',
    ...({ tensorflow: [BY_KERNELS], cpu: BY_FUNCTION, wasm: BY_FUNCTION }[backend as string] ?? []),
  ];
  for (const name of ours) {
    const [isTraced, exact, threads] = [name !== 'ours, eager', name === BY_KERNELS, name === BY_TWO ? 2 : 1];
    const step = ourStep(task, rates, isTraced, { exact, threads, relaxedSimd: name === RELAXED });
    if (name === RELAXED) {
      await (step as Trace<OurStep>).rehearse({ features: { x }, labels });
      step({ features: { x }, labels }).dispose();
      if (!isFused(String(step))) continue;
    }
    const train = async (): Promise<number> => {
      const loss = step({ features: { x }, labels });
      const [value] = await loss.data();
      loss.dispose();
      return value as number;
    };
    contestants.set(name, await withKernels(repaired, train));
  }
  const target = isBinary
    ? labels
    : tf.tidy(() => tf.cast(tf.oneHot(tf.reshape(labels, [rows]) as tf.Tensor1D, 10), 'float32'));
  for (const [name, kernels] of Object.entries({ 'tfjs-layers': shipped, 'tfjs-layers, repaired': repaired })) {
    if (backend !== 'wasm' && kernels === repaired) continue;
    const model = layersModel(task, rates);
    contestants.set(name, await withKernels(kernels, async () => (await model.trainOnBatch(x, target)) as number));
  }
  const jax = await jaxStep(task, rates);
  const others: [string, Contestant | string][] = [
    ['jax-js, jit', typeof jax === 'string' ? jax : await inThisProcess(jax)],
  ];
  if (typeof process !== 'undefined') {
    const { pythonStep } = await import('./python-step.js');
    others.push(['tf.function in Python', await pythonStep('tensorflow', task, rates)]);
    const why = 'npm run bench -- trace --jax PYTHON says which Python has it';
    const jaxBy = async (threads?: number): Promise<Contestant | string> =>
      python === undefined ? why : pythonStep('jax', task, rates, { python, threads });
    others.push(['JAX in Python, jit', await jaxBy()], ['JAX in Python, jit, one thread', await jaxBy(1)]);
  }
  for (const [name, contestant] of others)
    if (typeof contestant === 'string') console.error(`${name}: unavailable, ${contestant}`);
    else contestants.set(name, contestant);
  return contestants;
}

/** Whether what a trace says of itself is that its products are fused. */
export function isFused(how: string): boolean {
  return how.includes('with fused multiply-adds');
}

export type OurStep = (batch: { features: { x: tf.Tensor }; labels: tf.Tensor }) => tf.Scalar;

export function ourStep(
  { sizes, weights }: Task,
  { optimizer: name, rate }: Rates,
  traced: boolean,
  { exact = false, threads = 1, relaxedSimd = false }: RunOptions = {},
): OurStep {
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
  if (traced) return trainStep(head, { network, optimizer, variables, exact, threads, relaxedSimd });
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

/** @param metrics As `compile` takes them. */
export function layersModel(
  { sizes, weights }: Task,
  { optimizer, rate }: Rates,
  metrics: readonly string[] = [],
): Sequential {
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
    metrics: [...metrics],
  });
  return model;
}

export function kernelsOf(backend: string): readonly tf.KernelConfig[] {
  return KERNELS.map((name) => tf.getKernel(name, backend)).filter((kernel) => kernel !== undefined);
}

/** Has these kernels run, where others may. */
export function use(kernels: readonly tf.KernelConfig[]): void {
  for (const kernel of kernels) {
    if (tf.getKernel(kernel.kernelName, kernel.backendName) === kernel) continue;
    tf.unregisterKernel(kernel.kernelName, kernel.backendName);
    tf.registerKernel(kernel);
  }
}
