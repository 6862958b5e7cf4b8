// How the steps of an estimator run, where its RunConfig says so.
import { setFlagsFromString } from 'node:v8';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { ModeKeys } from '@tfjs-heads/head-api';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { SGD } from '@tfjs-heads/optimizers';
import type { RunOptions } from '@tfjs-heads/tracing';
import { expect, it } from 'vitest';
import { Estimator, type ModelFn, RunConfig } from '../src/index.js';
import { VariableStore } from '../src/variable-store.js';
import { freshDir, quiet, valuesOf } from './models.js';

// Later versions of Node have fused multiply-adds without it.
if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
await tf.setBackend('cpu');

const modelFn: ModelFn = ({ features, labels, mode, store }) => {
  const hidden = store.variable('hidden', { shape: [13, 9] }) as tf.Tensor2D;
  const output = store.variable('output', { shape: [9, 1] }) as tf.Tensor2D;
  return new RegressionHead().createEstimatorSpec({
    features,
    mode,
    labels: labels as tf.Tensor,
    logits: () => tf.matMul(tf.tanh(tf.matMul(features['x'] as tf.Tensor2D, hidden)), output),
    optimizer: store.once('optimizer', () => new SGD({ learningRate: 0.1 })),
    trainableVariables: store.trainableVariables(),
  });
};

function* batches(from: number, to: number): Generator<readonly [{ readonly x: tf.Tensor }, tf.Tensor], void, void> {
  for (let i = from; i < to; i++) {
    const x = tf.randomNormal<tf.Rank.R2>([37, 13], 0, 1, 'float32', i + 1);
    yield [{ x }, tf.sum(x, 1, true)];
  }
}

/** What variables have after 20 steps in two runs, the second of which goes on from a checkpoint. */
async function trained(options: RunOptions): Promise<Readonly<Record<string, readonly number[]>>> {
  const modelDir = freshDir();
  for (const [from, to] of [
    [0, 11],
    [11, 20],
  ] as const) {
    const estimator = new Estimator({ modelFn, modelDir, config: quiet(options) });
    await estimator.train(() => batches(from, to));
    estimator.dispose();
  }
  const last = new Estimator({ modelFn, modelDir, config: quiet() });
  const values = await valuesOf(last);
  last.dispose();
  return values;
}

/** The same by the specs alone. */
async function trainedByHand(): Promise<Readonly<Record<string, readonly number[]>>> {
  const store = new VariableStore(0);
  for (const [features, labels] of batches(0, 20)) {
    const args = { features, labels, mode: ModeKeys.TRAIN, params: undefined, config: quiet(), store };
    const spec = modelFn(args as Parameters<ModelFn>[0]);
    if (spec.mode === ModeKeys.TRAIN) spec.trainOp();
    spec.dispose();
    tf.dispose([features.x, labels]);
  }
  const values = await Promise.all(
    store.all().map(async ({ name, of }) => [name, [...(await (of as tf.Variable).data())]] as const),
  );
  store.dispose();
  return Object.fromEntries(values);
}

it('runs steps to the bits of kernels, or by fused multiply-adds on any number of threads, before and after a resumption', async () => {
  const exact = await trained({ exact: true });
  expect(exact).toMatchObject(await trainedByHand());
  const compiled = await trained({});
  const fused = await trained({ relaxedSimd: true });
  expect(await trained({ relaxedSimd: true, threads: 2 })).toEqual(fused);
  const kernels = [exact, compiled, fused].map(({ hidden }) => hidden as readonly number[]);
  expect(new Set(kernels.map(String)).size).toBe(3);
  for (const values of kernels)
    for (const [at, value] of values.entries())
      expect(Math.abs(value - (kernels[0]?.[at] as number))).toBeLessThan(1e-6);
});

it('predicts and evaluates by kernels at first, whatever is asked for', async () => {
  const estimator = new Estimator({ modelFn, config: quiet({ relaxedSimd: true, threads: 2 }) });
  await estimator.train(() => batches(0, 3));
  const plain = new Estimator({ modelFn, config: quiet() });
  await plain.train(() => batches(0, 3));
  expect((await estimator.evaluate(() => batches(3, 15))).loss).toBeCloseTo(
    (await plain.evaluate(() => batches(3, 15))).loss as number,
    5,
  );
  for await (const { predictions } of estimator.predict(() => batches(0, 1))) expect(predictions).toHaveLength(1);
  [estimator, plain].forEach((each) => each.dispose());
});

it.each<[string, object, readonly string[]]>([
  ['threads', { threads: 0 }, ['RunConfig', 'threads', '0']],
  ['relaxedSimd', { relaxedSimd: 'yes' }, ['RunConfig', 'relaxedSimd', '"yes"']],
  ['exact', { exact: true, relaxedSimd: true }, ['RunConfig', 'exact']],
])('refuses wrong %s', (_, options, words) => {
  expect(() => new RunConfig(options as RunOptions)).toThrowCoded('INVALID_ARGUMENT', words);
  expect(() => new RunConfig().replace(options as RunOptions)).toThrowCoded('INVALID_ARGUMENT', words);
});
