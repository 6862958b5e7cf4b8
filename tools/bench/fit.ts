import * as tf from '@tensorflow/tfjs-core';
import type { Sequential } from '@tensorflow/tfjs-layers';
import { accelerate } from '@tfjs-heads/tracing/layers';
import type { Benchmark } from './benchmark.js';
import { type Contestant, inThisProcess, type Times } from './contestant.js';
import { layersModel, taskOf } from './trace-contestants.js';
import { lossesInDoubles, type Rates, type Task } from './trace-float64.js';

const SIZES = [20, 64, 64, 10];
const ROWS = 1024;
const BATCH = 32;
const VALIDATION_ROWS = 256;
const OPTIMIZERS: readonly Rates[] = [
  { optimizer: 'SGD', rate: 0.05 },
  { optimizer: 'Adam', rate: 0.001 },
];
const REPETITIONS = 7;
/** How many epochs a repetition takes; ours are short. */
const EPOCHS = { ours: 10, theirs: 1 };
const FIRST_EPOCHS = 5;

/** Trains for some epochs, and gives the history of the loss. */
type Fit = (epochs: number) => Promise<number[]>;

/**
 * `fit` of a classifier of three layers with a validation set, 32 rows a batch, accelerated against tfjs-layers as shipped: an epoch when all is recorded, in
 * CPU time of the main thread and of the wall, in turns; the first five epochs of a new model; and how far the losses of these are from doubles.
 */
export const fit: Benchmark = async (backend, onRow) => {
  const task = taskOf(SIZES, ROWS);
  const data = tensorsOf(task);
  const validation = tensorsOf({ ...taskOf(SIZES, VALIDATION_ROWS), weights: [] });
  const fitOf =
    (model: Sequential): Fit =>
    async (epochs) => {
      const validationData: [tf.Tensor, tf.Tensor] = [validation.x, validation.y];
      const args = { epochs, batchSize: BATCH, validationData, verbose: 0, shuffle: false } as const;
      const { history } = await model.fit(data.x, data.y, args);
      return history['loss'] as number[];
    };
  for (const metrics of [[], ['accuracy']])
    for (const rates of OPTIMIZERS) {
      const [fast, plain] = [layersModel(task, rates, metrics), layersModel(task, rates, metrics)];
      const acceleration = accelerate(fast);
      const contestants = { ours: await contestantOf(fitOf(fast)), theirs: await contestantOf(fitOf(plain)) };
      const name = `${SIZES.join('-')}, ${[rates.optimizer, ...metrics].join(', ')}`;
      const common = { benchmark: 'fit', backend, batch: BATCH, peer: 'tfjs-layers' };

      const first = {
        ours: await contestants.ours.train(FIRST_EPOCHS),
        theirs: await contestants.theirs.train(FIRST_EPOCHS),
      };
      const steps = ROWS / BATCH;
      const truth = lossesInDoubles(task, rates, FIRST_EPOCHS * steps, BATCH);
      for (const epoch of [1, FIRST_EPOCHS]) {
        const expected = truth.slice((epoch - 1) * steps, epoch * steps).reduce((sum, loss) => sum + loss, 0) / steps;
        const errorOf = ({ losses }: { readonly losses: readonly number[] }): number =>
          Number(Math.abs((losses[epoch - 1] as number) / expected - 1).toPrecision(2));
        const [ours, theirs] = [errorOf(first.ours), errorOf(first.theirs)];
        onRow({
          ...common,
          case: `${name}, loss of epoch ${epoch}`,
          unit: 'relative error',
          ours,
          theirs,
          ratio: theirs / ours,
        });
      }
      const times = await timesOf(contestants);
      for (const [key, unit] of [
        ['thread', 'ms of CPU, main thread'],
        ['wall', 'ms of wall'],
      ] as const) {
        const row = (of: string, ours: number | undefined, theirs: number | undefined): void => {
          if (ours !== undefined && theirs !== undefined)
            onRow({ ...common, case: `${name}, ${of}`, unit, ours, theirs, ratio: theirs / ours });
        };
        row('an epoch', times.ours[key], times.theirs[key]);
        row(`first ${FIRST_EPOCHS} epochs`, first.ours[key], first.theirs[key]);
      }
      console.error(`${name}: ${String(acceleration).split('\n')[0]}`);
      for (const model of [fast, plain]) model.dispose();
    }
};

function tensorsOf({ sizes, rows, x, labels }: Task): { readonly x: tf.Tensor2D; readonly y: tf.Tensor2D } {
  const ids = Int32Array.from(labels);
  return {
    x: tf.tensor2d(x, [rows, sizes[0] as number]),
    y: tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(ids, 'int32'), sizes.at(-1) as number), 'float32') as tf.Tensor2D),
  };
}

/** Its steps are epochs, all of one `fit`. */
async function contestantOf(fitFor: Fit): Promise<Contestant> {
  return {
    async train(count) {
      let losses: number[] = [];
      const once = await inThisProcess(async () => {
        losses = await fitFor(count);
        return 0;
      });
      return { ...(await once.train(1)), losses };
    },
  };
}

/** Medians of an epoch. */
async function timesOf(
  contestants: Readonly<Record<keyof typeof EPOCHS, Contestant>>,
): Promise<Record<keyof typeof EPOCHS, Times>> {
  const taken: Record<keyof typeof EPOCHS, Times[]> = { ours: [], theirs: [] };
  for (let repetition = 0; repetition <= REPETITIONS; repetition++)
    for (const who of ['ours', 'theirs'] as const) {
      const times = await contestants[who].train(repetition === 0 ? 3 * EPOCHS[who] : EPOCHS[who]);
      if (repetition > 0) taken[who].push(times);
    }
  const median = (who: keyof typeof EPOCHS, key: keyof Times): number => {
    const values = taken[who].map((times) => (times[key] ?? 0) / EPOCHS[who]).toSorted((a, b) => a - b);
    return values[values.length >> 1] as number;
  };
  const medians = (who: keyof typeof EPOCHS): Times => ({
    ...(taken[who][0]?.thread !== undefined && { thread: median(who, 'thread') }),
    wall: median(who, 'wall'),
    process: median(who, 'process'),
  });
  return { ours: medians('ours'), theirs: medians('theirs') };
}
