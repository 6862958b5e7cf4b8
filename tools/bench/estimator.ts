import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential, type Sequential } from '@tensorflow/tfjs-layers';
import { type Batch, DNNEstimator, type InputFn, numericColumn, RunConfig } from '@tfjs-heads/estimator';
import { parquetInputFn } from '@tfjs-heads/estimator/parquet';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { Adam } from '@tfjs-heads/optimizers';
import type { Benchmark } from './benchmark.js';
import { bytesInUse } from './heap.js';

const ROWS = 1_000_000;
const BATCHES = [32, 1024];
const HIDDEN = [64, 64];
/** tfjs-layers takes minutes for all of them in batches of 32; a row group of the file has 272,727. */
const SHARES: Readonly<Record<number, number>> = { 32: 0.1, 1024: 0.5 };
const WARM_UP = 50;
const REPETITIONS = 3;

/**
 * A million flights out of a Parquet file, streamed: training of a `DNNEstimator` and its evaluation against `fitDataset` and `evaluateDataset` of tfjs-layers on
 * batches of the same input function, in rows a second; and the memory that training holds after all rows against that after a tenth.
 */
export const estimator: Benchmark = async (backend, onRow, { rows = ROWS }) => {
  for (const batch of BATCHES) {
    const steps = Math.floor(rows / batch);
    const few = Math.max(WARM_UP, Math.floor(steps * (SHARES[batch] ?? 1)));
    const inputFn = flights(batch);
    const row = { benchmark: 'estimator', backend, batch, unit: 'rows/s' } as const;
    const perSecond = async (count: number, run: () => Promise<unknown>): Promise<number> => {
      const start = performance.now();
      await run();
      return Math.round((count * batch * 1000) / (performance.now() - start));
    };

    const ours = dnn();
    await ours.train(inputFn, { steps: WARM_UP });
    const theirs = await network();
    await fit(theirs, inputFn, WARM_UP);
    const [training, fitting, evaluation, theirEvaluation]: number[][] = [[], [], [], []];
    for (let i = 0; i < REPETITIONS; i++) {
      training?.push(await perSecond(few, () => ours.train(inputFn, { steps: few })));
      fitting?.push(await perSecond(few, () => fit(theirs, inputFn, few)));
      evaluation?.push(await perSecond(few, () => ours.evaluate(inputFn, { steps: few })));
      theirEvaluation?.push(await perSecond(few, () => evaluateLayers(theirs, inputFn, few)));
    }
    const report = (name: string, peer: string, our: number[] | undefined, their: number[] | undefined): void => {
      const [x, y] = [median(our ?? []), median(their ?? [])];
      onRow({ ...row, case: name, peer, ours: x, theirs: y, ratio: x / y });
    };
    report('train, 1-64-64-1, Adam', 'fitDataset', training, fitting);
    report('evaluate, 1-64-64-1', 'evaluateDataset', evaluation, theirEvaluation);

    const held: number[] = [];
    const watch = {
      afterRun: ({ globalStep }: { globalStep: number }) => {
        const step = globalStep - first;
        if (step === Math.floor(steps / 10) || step === steps) held.push(bytesInUse());
      },
    };
    const first = WARM_UP + REPETITIONS * few;
    const all = await perSecond(steps, () => ours.train(inputFn, { steps, hooks: [watch] }));
    const [early = NaN, late = NaN] = held;
    const name = `bytes in use after ${(steps * batch).toLocaleString('en')} rows at ${all.toLocaleString('en')} rows/s`;
    onRow({ ...row, case: name, peer: 'after a tenth', unit: 'bytes', ours: late, theirs: early, ratio: early / late });
    theirs.dispose();
    tf.disposeVariables();
  }
};

function flights(batchSize: number): InputFn {
  const entry = createRequire(import.meta.url).resolve('vega-datasets');
  const path = new URL('../data/flights-3m.parquet', `file://${entry}`);
  return parquetInputFn(path, { columns: { distance: 'float32', delay: 'float32' }, label: 'delay', batchSize });
}

function dnn(): DNNEstimator {
  return new DNNEstimator({
    head: new RegressionHead(),
    hiddenUnits: HIDDEN,
    featureColumns: [numericColumn('distance', { normalizerFn: (distance) => tf.div(distance, 1000) })],
    optimizer: () => new Adam({ learningRate: 0.001 }),
    config: new RunConfig({ log: () => undefined, logStepCountSteps: null }),
  });
}

async function network(): Promise<Sequential> {
  const model = sequential();
  for (const [i, units] of HIDDEN.entries())
    model.add(layers.dense({ units, activation: 'relu', ...(i === 0 && { inputShape: [1] }) }));
  model.add(layers.dense({ units: 1 }));
  model.compile({ optimizer: tf.train.adam(0.001), loss: 'meanSquaredError' });
  return model;
}

/** Batches of an input function as a dataset of tf.data gives them, the distance scaled as above. */
function datasetOf(inputFn: InputFn, steps: number): never {
  const iterator = async (): Promise<{ next(): Promise<IteratorResult<unknown>> }> => {
    const batches = (await inputFn({
      mode: 'train',
      params: undefined,
      config: new RunConfig(),
    })) as AsyncIterable<Batch>;
    const left = batches[Symbol.asyncIterator]();
    let taken = 0;
    return {
      next: async () => {
        if (taken++ === steps) {
          await left.return?.();
          return { value: undefined, done: true };
        }
        const { value } = (await left.next()) as { value: [{ distance: tf.Tensor }, tf.Tensor] };
        const [{ distance }, ys] = value;
        const xs = tf.tidy(() => tf.div(tf.reshape(distance, [-1, 1]), 1000));
        distance.dispose();
        return { value: { xs, ys }, done: false };
      },
    };
  };
  return { size: steps, iterator } as never;
}

async function fit(model: Sequential, inputFn: InputFn, steps: number): Promise<void> {
  await model.fitDataset(datasetOf(inputFn, steps), { epochs: 1, verbose: 0 });
}

async function evaluateLayers(model: Sequential, inputFn: InputFn, steps: number): Promise<void> {
  const loss = (await model.evaluateDataset(datasetOf(inputFn, steps), {})) as tf.Scalar;
  await loss.data();
  loss.dispose();
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
