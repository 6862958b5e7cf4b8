// What the original's documentation shows around a head, line by line: the line of Python stands above ours.
import { tensor2d, type Tensor } from '@tensorflow/tfjs-core';
import { initializers, input, layers, model as kerasModel, sequential } from '@tensorflow/tfjs-layers';
import type { Head, SessionRunContext } from '@tfjs-heads/head-api';
import { LogisticRegressionHead, RegressionHead } from '@tfjs-heads/head-regression';
import { Adagrad } from '@tfjs-heads/optimizers';
import { expect, it } from 'vitest';
import { type Batch, DNNEstimator, Estimator, type ModelFn, numericColumn, RunConfig } from '../src/index.js';

const config = new RunConfig({ log: () => undefined, tfRandomSeed: 3 });
const kernelInitializer = initializers.glorotUniform({ seed: 3 }); // So that each run has the same numbers.

/** So many batches of eight rows: a label between 0 and 1 that goes down with `x`. */
function* rows(batches: number): Generator<Batch, void, void> {
  for (let i = 0; i < batches; i++) {
    const x = Array.from({ length: 8 }, (_, row) => Math.sin(i * 8 + row));
    const y = x.map((value) => 1 / (1 + Math.exp(2 + 4 * value)));
    yield [{ x: tensor2d(x, [8, 1]) }, tensor2d(y, [8, 1])];
  }
}

/** The heads of the snippets, and how low their losses can go at best: the mean of the entropies of the labels. */
const heads: readonly (readonly [string, () => Head, number])[] = [
  ['RegressionHead', () => new RegressionHead(), 0],
  ['LogisticRegressionHead', () => new LogisticRegressionHead(), 0.22],
];

/** Trains, and holds that at most half is left of what the loss was above the least before the first step. */
async function expectLearns<P>(estimator: Estimator<P>, steps: number, least: number): Promise<void> {
  const losses: number[] = [];
  const afterRun = async ({ loss }: SessionRunContext): Promise<void> =>
    void losses.push((await loss?.()) ?? Number.NaN);
  await estimator.train(() => rows(steps), { steps, hooks: [{ afterRun }] });
  const { average_loss: loss, global_step: step } = await estimator.evaluate(() => rows(2));
  expect(step).toBe(steps);
  expect((loss as number) - least).toBeLessThan(0.5 * ((losses[0] as number) - least));
  const predicted = [];
  for await (const one of estimator.predict(() => rows(1))) predicted.push(one);
  expect(predicted).toHaveLength(8);
  expect(predicted[0]).toHaveProperty('predictions');
  estimator.dispose();
}

it.each(heads)('DNNEstimator with a %s', async (_, makeHead, least) => {
  // my_head = tf.estimator.RegressionHead()
  const myHead = makeHead();
  // my_estimator = tf.estimator.DNNEstimator(
  const myEstimator = new DNNEstimator({
    // head=my_head,
    head: myHead,
    // hidden_units=...,
    hiddenUnits: [16],
    // feature_columns=...)
    featureColumns: [numericColumn('x')],
    optimizer: new Adagrad({ learningRate: 0.1 }),
    config,
  });
  await expectLearns(myEstimator, 60, least);
});

it.each(heads)('Estimator with a modelFn that calls createEstimatorSpec of a %s', async (_, makeHead, least) => {
  // def _my_model_fn(features, labels, mode):
  const myModelFn: ModelFn = ({ features, labels, mode, store }) => {
    // my_head = tf.estimator.RegressionHead()
    const myHead = makeHead();
    // logits = tf.keras.Model(...)(features)
    const model = store.once('model', () => {
      const x = input({ shape: [1] });
      return kerasModel({ inputs: x, outputs: layers.dense({ units: 1, kernelInitializer }).apply(x) as never });
    });
    const logits = (): Tensor => model.apply(features['x'] as Tensor) as Tensor;
    // return my_head.create_estimator_spec(
    return myHead.createEstimatorSpec({
      // features=features,
      features,
      // mode=mode,
      mode,
      // labels=labels,
      labels,
      // optimizer=tf.keras.optimizers.Adagrad(lr=0.1),
      optimizer: store.once('optimizer', () => new Adagrad({ learningRate: 0.1 })),
      // logits=logits)
      logits,
      trainableVariables: store.trainableVariables(), // Which TensorFlow 2 wants too.
    });
  };
  // my_estimator = tf.estimator.Estimator(model_fn=_my_model_fn)
  const myEstimator = new Estimator({ modelFn: myModelFn, config });
  await expectLearns(myEstimator, 60, least);
});

it('the network of the interface, with a head from params', async () => {
  // def _my_dnn_model_fn(features, labels, mode, params, config=None):
  const myDnnModelFn: ModelFn<{ readonly head: RegressionHead }> = ({ features, labels, mode, params, store }) => {
    // # Optionally your callers can pass head to model_fn as a param.
    // head = tf.estimator.RegressionHead(...)
    const { head } = params;
    // model = tf.keras.Sequential()
    const model = store.once('model', () => {
      const network = sequential();
      // model.add(tf.keras.layers.Dense(units=1000, activation="relu"))
      network.add(layers.dense({ units: 1000, activation: 'relu', inputShape: [1], kernelInitializer }));
      // model.add(tf.keras.layers.Dense(units=500, activation="relu"))
      network.add(layers.dense({ units: 500, activation: 'relu', kernelInitializer }));
      // model.add(tf.keras.layers.Dense(units=head.logits_dimension, activation=None))
      network.add(layers.dense({ units: head.logitsDimension, kernelInitializer }));
      return network;
    });
    // return head.create_estimator_spec(features=features, labels=labels, mode=mode, logits=logits, optimizer=optimizer)
    return head.createEstimatorSpec({
      features,
      labels: labels as Tensor,
      mode,
      logits: () => model.apply(features['x'] as Tensor) as Tensor,
      optimizer: store.once('optimizer', () => new Adagrad({ learningRate: 0.01 })),
      trainableVariables: store.trainableVariables(),
    });
  };
  const estimator = new Estimator({ modelFn: myDnnModelFn, params: { head: new RegressionHead() }, config });
  await expectLearns(estimator, 4, 0);
});
