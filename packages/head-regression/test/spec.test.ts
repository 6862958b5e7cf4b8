import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import type { EstimatorSpecArgs, ModeKeys } from '@tfjs-heads/head-api';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { expectHeld, held, releaseTensors } from './support/backend.js';
import { randomBatch, tensorsOf } from './support/data.js';
import { expect } from './support/expect.js';
import { results, threeHeads } from './support/heads.js';
import { metricValues, trainingLoss } from './support/reference.js';
import { inMode } from './support/spec.js';

releaseTensors();

const hooks = { trainingChiefHooks: [], trainingHooks: [], evaluationHooks: [], predictionHooks: [] };

describe.each(threeHeads)('line 25: the spec of a $head', ({ formula, labels, create }) => {
  const batch = randomBatch(25, [33, 1], labels, '[D0..DN]');
  const head = create({ weightColumn: 'w', name: 'h' });
  const expected = trainingLoss(formula, batch, 'sum_over_batch_size');
  const regularizationLosses = () => [tf.scalar(0.5), tf.scalar(2)];
  const predicted = batch.logits.map(formula.predict);

  it('to train has loss, predictions, summaries and a training step', async () => {
    const { logits, labels: given, features } = tensorsOf(batch);
    const args = { logits, labels: given, features, regularizationLosses, trainOpFn: () => 'trained' };
    const spec = inMode('train', head.createEstimatorSpec({ ...args, mode: 'train' }));
    expect(spec).toMatchObject({ mode: 'train', evalMetricOps: {}, ...hooks });
    expect(spec).not.toHaveProperty('exportOutputs');
    expect(await spec.loss.data()).toBeNear([expected.loss + 2.5], { scale: expected.scale });
    expect(await (spec.predictions['predictions'] as tf.Tensor).data()).toBeNear(predicted);
    expect(Object.keys(spec.summaries)).toEqual(['loss/h', 'regularization_loss/h']);
    expect(await spec.summaries['loss/h']?.data()).toEqual(await spec.loss.data());
    expect(await spec.summaries['regularization_loss/h']?.data()).toEqual(Float32Array.of(2.5));
    expect(spec.trainOp()).toBe('trained');
  });

  it('to evaluate has loss, predictions and metrics that have seen the batch', async () => {
    const { logits, labels: given, features } = tensorsOf(batch);
    const spec = inMode('eval', head.createEstimatorSpec({ mode: 'eval', logits, labels: given, features, regularizationLosses }));
    expect(spec).toMatchObject({ mode: 'eval', ...hooks });
    for (const absent of ['trainOp', 'summaries', 'exportOutputs']) expect(spec).not.toHaveProperty(absent);
    expect(await spec.loss.data()).toBeNear([expected.loss + 2.5], { scale: expected.scale });
    expect(await (spec.predictions['predictions'] as tf.Tensor).data()).toBeNear(predicted);
    const metrics = await results(spec.evalMetricOps);
    expect(Object.keys(metrics)).toEqual(['average_loss/h', 'prediction/mean/h', 'label/mean/h', 'regularization_loss/h']);
    expect(Object.values(metrics)).toBeNear([...Object.values(metricValues(formula, [batch])), 2.5], { scale: 1 });
  });

  it('to predict has predictions and exports, and needs neither labels nor weights', async () => {
    const { logits } = tensorsOf(batch);
    const spec = inMode('infer', head.createEstimatorSpec({ mode: 'infer', logits }));
    expect(spec).toMatchObject({ mode: 'infer', ...hooks });
    for (const absent of ['loss', 'trainOp', 'summaries', 'evalMetricOps']) expect(spec).not.toHaveProperty(absent);
    expect(Object.keys(spec.predictions)).toEqual(Object.keys(head.predictions(logits)));
    expect(await (spec.predictions['predictions'] as tf.Tensor).data()).toBeNear(predicted);
  });

  it.each(['train', 'eval', 'infer'] as const)('in the mode %s releases what it holds, not what it was given', async (mode) => {
    const { logits, labels: given, features } = tensorsOf(batch);
    const penalty = [tf.scalar(1)];
    const before = held();
    const args = { logits, labels: given, features, regularizationLosses: penalty, ...(mode === 'train' && { trainOpFn: () => 0 }) };
    const spec = head.createEstimatorSpec({ ...args, mode });
    expect(tf.memory().numTensors).toBeGreaterThan(before.numTensors);
    spec.dispose();
    await expectHeld(before);
    expect([logits, given, features['w'], penalty[0]].some((tensor) => tensor?.isDisposed)).toBe(false);
  });

  it.each(['train', 'eval', 'infer'] as const)('in the mode %s may be made from a function that runs the network', async (mode) => {
    const { labels: given, features } = tensorsOf(batch);
    const before = held();
    let runs = 0;
    const network = () => {
      runs++;
      return tf.mul(tf.tensor([...batch.logits], [33, 1]), 1);
    };
    const spec = head.createEstimatorSpec({ mode, logits: network, labels: given, features, ...(mode === 'train' && { trainOpFn: () => 0 }) });
    expect(runs).toBe(1);
    expect(await (spec.predictions['predictions'] as tf.Tensor).data()).toBeNear(predicted);
    spec.dispose();
    await expectHeld(before);
  });

  it('can be released twice', () => {
    const { logits } = tensorsOf(batch);
    const spec = head.createEstimatorSpec({ mode: 'infer', logits });
    spec.dispose();
    expect(() => spec.dispose()).not.toThrow();
  });
});

describe('line 26: a mode that is unknown is refused', () => {
  it.each(['predict', 'TRAIN', 'test', '', undefined, null, 7])('%j', (mode) => {
    const args = { logits: tf.zeros([2, 1]), labels: tf.zeros([2, 1]), trainOpFn: () => 0, mode: mode as ModeKeys };
    const before = held();
    expect(() => new RegressionHead().createEstimatorSpec(args)).toThrowCoded('MODE_INVALID', ['mode', 'train, eval, infer', String(mode)]);
    expect(held()).toEqual(before);
  });
});

describe('line 25: the arguments of training', () => {
  it.each(['eval', 'infer'] as const)('are neither used nor checked in the mode %s', (mode) => {
    const wrong = {
      optimizer: 7, trainOpFn: 'no', trainableVariables: 'none', updateOps: 'never', numReplicasInSync: -1,
    } as unknown as Partial<EstimatorSpecArgs>;
    const spec = new RegressionHead().createEstimatorSpec({ ...wrong, mode, logits: tf.zeros([2, 1]), labels: tf.zeros([2, 1]) });
    expect(spec.mode).toBe(mode);
  });

  it.each(['train', 'eval'] as const)('need labels in the mode %s', (mode) => {
    const args = { mode, logits: tf.zeros([2, 1]), trainOpFn: () => 0 };
    expect(() => new RegressionHead().createEstimatorSpec(args)).toThrowCoded('LABELS_MISSING', ['You must provide a labels Tensor', 'labels']);
  });
});

describe('line 30: summaries', () => {
  const head = new RegressionHead();
  const make = (regularizationLosses?: tf.Scalar[]) =>
    inMode('train', head.createEstimatorSpec({
      mode: 'train', logits: tf.zeros([2, 1]), labels: tf.ones([2, 1]), regularizationLosses, trainOpFn: () => 0,
    })).summaries;

  it('are the loss alone without regularization losses', async () => {
    const summaries = make();
    expect(Object.keys(summaries)).toEqual(['loss']);
    expect(await summaries['loss']?.data()).toEqual(Float32Array.of(1));
  });

  it('are the regularized loss and the sum of the regularization losses with them', async () => {
    const summaries = make([tf.scalar(2), tf.scalar(0.5)]);
    expect(await summaries['loss']?.data()).toEqual(Float32Array.of(3.5));
    expect(await summaries['regularization_loss']?.data()).toEqual(Float32Array.of(2.5));
  });

  it('include a regularization loss of 0 for an empty list', async () => {
    const summaries = make([]);
    expect(await summaries['regularization_loss']?.data()).toEqual(Float32Array.of(0));
    expect(await summaries['loss']?.data()).toEqual(Float32Array.of(1));
  });
});
