import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, sequential, type Sequential } from '@tensorflow/tfjs-layers';
import { repairWasmConvolutionGradients } from '@tfjs-heads/backends/repairs/wasm-convolution-gradients';
import { repairWasmLargeSums } from '@tfjs-heads/backends/repairs/wasm-large-sums';
import { repairWasmTransposedMatMul } from '@tfjs-heads/backends/repairs/wasm-transposed-matmul';
import { accelerate } from '@tfjs-heads/tracing/layers';
import type { Benchmark } from './benchmark.js';
import { type Contestant, inThisProcess } from './contestant.js';
import { timesOf } from './trace.js';
import type { Rates } from './trace-float64.js';

const SIDE = 28;
const CLASSES = 10;
const BATCHES = [32, 128];
const COMPARED_STEPS = 5;
/** After so many it runs as one function. */
const SETTLING_STEPS = 15;
const OPTIMIZERS: readonly Rates[] = [
  { optimizer: 'SGD', rate: 0.05 },
  { optimizer: 'Adam', rate: 0.001 },
];
const NETWORK = `${SIDE} x ${SIDE}, conv 8, pool, conv 16, pool, dense ${CLASSES}`;

/**
 * A small network of images, accelerated, against the same model of tfjs-layers: `trainOnBatch` and `predict`, in CPU time of the main thread, in turns, by
 * one thread. On wasm tfjs-layers has our repairs, without which it trains no convolution.
 */
export const images: Benchmark = async (backend, onRow) => {
  if (backend === 'wasm') {
    await repairWasmTransposedMatMul();
    await repairWasmLargeSums();
    await repairWasmConvolutionGradients();
  }
  const peer = backend === 'wasm' ? 'tfjs-layers, repaired' : 'tfjs-layers';
  for (const rates of OPTIMIZERS)
    for (const rows of BATCHES) {
      const x = tf.randomUniform([rows, SIDE, SIDE, 1], 0, 1, 'float32', 1);
      const classes = tf.tidy(() => tf.cast(tf.mul(tf.randomUniform([rows], 0, 1, 'float32', 2), CLASSES), 'int32'));
      const y = tf.tidy(() => tf.cast(tf.oneHot(classes as tf.Tensor1D, CLASSES), 'float32'));
      const [fast, plain] = [modelOf(rates), modelOf(rates)];
      const acceleration = accelerate(fast, { threads: 1 });
      const training = { ours: await trainerOf(fast, x, y), theirs: await trainerOf(plain, x, y) };
      await checkSame(training.ours, training.theirs);
      const predicting = { ours: await predictorOf(fast, x), theirs: await predictorOf(plain, x) };
      for (const [what, { ours, theirs }] of Object.entries({ trainOnBatch: training, predict: predicting })) {
        if (what === 'predict' && rates !== OPTIMIZERS[0]) continue;
        await ours.train(SETTLING_STEPS);
        const times = await timesOf(new Map(Object.entries({ ours, theirs })));
        const [our, their] = [times.get('ours')?.thread, times.get('theirs')?.thread];
        if (our === undefined || their === undefined) continue;
        const name = what === 'predict' ? NETWORK : `${NETWORK}, ${rates.optimizer}`;
        onRow({
          benchmark: 'images',
          backend,
          case: `${name}, ${what}`,
          batch: rows,
          peer,
          unit: 'ms of CPU, main thread',
          ours: our,
          theirs: their,
          ratio: their / our,
        });
      }
      if (acceleration.reason !== undefined) console.error(`not accelerated: ${acceleration.reason}`);
      acceleration.dispose();
      tf.dispose([x, classes, y]);
      tf.disposeVariables();
    }
};

const trainerOf = (model: Sequential, x: tf.Tensor, y: tf.Tensor): Promise<Contestant> =>
  inThisProcess(async () => (await model.trainOnBatch(x, y)) as number);

const predictorOf = (model: Sequential, x: tf.Tensor): Promise<Contestant> =>
  inThisProcess(async () => {
    const predicted = model.predict(x, { batchSize: x.shape[0] as number }) as tf.Tensor;
    const [first] = await predicted.data();
    predicted.dispose();
    return first as number;
  });

/** A comparison of speed means something only between things that compute the same. */
async function checkSame(ours: Contestant, theirs: Contestant): Promise<void> {
  const [our, their] = [(await ours.train(COMPARED_STEPS)).losses, (await theirs.train(COMPARED_STEPS)).losses];
  const index = our.findIndex((loss, step) => !(Math.abs(loss / (their[step] as number) - 1) <= 1e-4));
  if (index >= 0)
    throw new Error(`The losses differ at step ${index}: ours is ${our[index]}, the peer's ${their[index]}.`);
}

function modelOf({ optimizer, rate }: Rates): Sequential {
  const kernel = (seed: number): { kernelInitializer: ReturnType<typeof initializers.glorotUniform> } => ({
    kernelInitializer: initializers.glorotUniform({ seed }),
  });
  const model = sequential({
    layers: [
      layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [SIDE, SIDE, 1], ...kernel(3) }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 16, kernelSize: 3, activation: 'relu', ...kernel(4) }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: CLASSES, activation: 'softmax', ...kernel(5) }),
    ],
  });
  model.compile({
    optimizer: optimizer === 'SGD' ? tf.train.sgd(rate) : tf.train.adam(rate, 0.9, 0.999, 1e-7),
    loss: 'categoricalCrossentropy',
  });
  return model;
}
