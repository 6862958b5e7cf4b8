import '@tensorflow/tfjs-layers'; // It registers the gradients.
import * as tf from '@tensorflow/tfjs-core';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { Adagrad } from '@tfjs-heads/optimizers';
import { type Batch, Estimator, type EstimatorOptions, type ModelFn, RunConfig } from '../src/index.js';

/** A line through `x`, [rows, 1], learnt by Adagrad. */
export const line: ModelFn = ({ features, labels, mode, store }) => {
  const kernel = store.variable('line/kernel', { shape: [1, 1] });
  const bias = store.variable('line/bias', { shape: [1], initializer: () => tf.zeros([1]) });
  return new RegressionHead().createEstimatorSpec({
    features,
    mode,
    labels: labels as tf.Tensor | undefined,
    logits: () => tf.add(tf.matMul(features['x'] as tf.Tensor2D, kernel as tf.Tensor2D), bias),
    optimizer: store.once('optimizer', () => new Adagrad({ learningRate: 0.5 })),
    trainableVariables: store.trainableVariables(),
  });
};

/** Of nothing but what a test says: no log. */
export function quiet(options: ConstructorParameters<typeof RunConfig>[0] = {}): RunConfig {
  return new RunConfig({ log: () => undefined, ...options });
}

export function lineEstimator(options: Partial<EstimatorOptions> = {}): Estimator {
  return new Estimator({ modelFn: line, config: quiet(), ...options });
}

/** So many batches of four rows of y = 2x - 1. */
export function* points(batches: number): Generator<Batch, void, void> {
  for (let i = 0; i < batches; i++) {
    const x = [0, 1, 2, 3].map((row) => Math.sin(i * 4 + row));
    yield [
      { x: tf.tensor2d(x, [4, 1]) },
      tf.tensor2d(
        x.map((value) => 2 * value - 1),
        [4, 1],
      ),
    ];
  }
}

let count = 0;

/** A model directory that is not there yet: a folder under Node, a name in a browser. */
export function freshDir(): string {
  return `/tmp/tfjs-heads-estimator-${Date.now()}-${Math.floor(Math.random() * 1e9)}-${count++}`;
}

/** What the latest checkpoint of an estimator has, by name. */
export async function valuesOf(estimator: Estimator): Promise<Readonly<Record<string, readonly number[]>>> {
  const values: Record<string, readonly number[]> = {};
  for (const name of await estimator.getVariableNames()) {
    const tensor = await estimator.getVariableValue(name);
    values[name] = [...(await tensor.data<'float32'>())];
    tensor.dispose();
  }
  return values;
}
