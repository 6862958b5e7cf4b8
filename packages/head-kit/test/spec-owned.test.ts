// A spec owns what is in it: the tidy or the scope that it was made in takes nothing away, and its dispose() leaves nothing.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import type { TrainSpec } from '@tfjs-heads/head-api';
import { describe, expect, it } from 'vitest';
import { createSpec, replaceSpec } from '../src/index.js';
import { expectHeld, held } from './memory.js';
import { results, ToyHead, type ToyHeadOptions } from './toy-head.js';

function inTidy<T>(run: () => T): T {
  let made: T | undefined;
  tf.tidy(() => void (made = run()));
  return made as T;
}

const scopes: Readonly<Record<string, <T>(run: () => T) => T>> = {
  'tf.tidy': inTidy,
  'a tf.tidy that returns it': <T>(run: () => T): T => tf.tidy(run as () => tf.TensorContainer) as T,
  'a scope': <T>(run: () => T): T => {
    tf.engine().startScope();
    try {
      return run();
    } finally {
      tf.engine().endScope();
    }
  },
};

const optimizer = tf.train.sgd(0.5);
const newVariable = (): tf.Variable => tf.tidy(() => tf.variable(tf.scalar(2)));

/** All is made within the scope, as programs do that tidy whole steps; the variable is not a thing of a scope. */
function step(variable: tf.Variable, options: ToyHeadOptions = {}, more: object = {}): TrainSpec {
  const labels = tf.tensor2d([1, 2, 3, 4], [4, 1]);
  const logits = (): tf.Tensor => tf.mul(tf.ones([4, 1]), variable);
  return new ToyHead(options).createEstimatorSpec({
    mode: 'train',
    labels,
    logits,
    optimizer,
    trainableVariables: [variable],
    ...more,
  });
}

describe.each(Object.entries(scopes))('a spec that was made in %s', (_, scoped) => {
  it('trains outside of it', async () => {
    const variable = newVariable();
    const before = held();
    const regularizationLosses = (): tf.Scalar[] => [tf.mul(variable, 0.25) as tf.Scalar];
    const spec = scoped(() => step(variable, { name: 'h' }, { regularizationLosses }));
    const { predictions, summaries } = spec;
    const values = [spec.loss, summaries['loss/h'], summaries['regularization_loss/h'], predictions['predictions']].map(
      (each) => each?.array(),
    );
    expect(await Promise.all(values)).toEqual([2, 2, 0.5, [[2], [2], [2], [2]]]);
    expect(await (spec.trainOp() as tf.Scalar).array()).toBe(2);
    expect(await variable.array()).toBe(2.375);
    spec.dispose();
    await expectHeld(before);
    variable.dispose();
  });

  it('has its loss, and computes it again, for a trainOpFn', async () => {
    const before = held();
    const trainOpFn = (loss: tf.Scalar, recompute: () => tf.Scalar): tf.Tensor => tf.stack([loss, recompute()]);
    const labels = tf.tensor2d([1, 2, 3, 4], [4, 1]);
    const spec = scoped(() =>
      new ToyHead().createEstimatorSpec({ mode: 'train', labels, logits: () => tf.fill([4, 1], 2), trainOpFn }),
    );
    const both = tf.tidy(() => spec.trainOp() as tf.Tensor);
    expect(await both.array()).toEqual([1.5, 1.5]);
    tf.dispose([both, labels]);
    spec.dispose();
    await expectHeld(before);
  });

  it('has its loss, predictions, metrics and exports, also where the caller made it', async () => {
    const before = held();
    const evaluation = scoped(() =>
      new ToyHead({ link: tf.exp }).createEstimatorSpec({
        mode: 'eval',
        labels: tf.ones([3, 1]),
        logits: tf.zeros([3, 1]),
      }),
    );
    expect([await evaluation.loss.array(), await evaluation.predictions['predictions']?.array()]).toEqual([
      1,
      [[1], [1], [1]],
    ]);
    expect(await results(evaluation.evalMetricOps)).toEqual({ average_loss: 1, 'label/mean': 1 });
    const serving = scoped(() =>
      new ToyHead({ link: tf.exp }).createEstimatorSpec({ mode: 'infer', logits: tf.zeros([2, 1]) }),
    );
    const { predict } = serving.exportOutputs;
    expect(predict?.kind === 'predict' && (await predict.outputs['predictions']?.array())).toEqual([[1], [1]]);
    const own = scoped(() => createSpec({ mode: 'eval', loss: tf.ones([1, 1]), predictions: { p: tf.ones([2]) } }));
    expect([await own.loss.array(), await own.predictions['p']?.array()]).toEqual([1, [1, 1]]);
    for (const spec of [evaluation, serving, own]) spec.dispose();
    await expectHeld(before);
  });

  it('has its loss where there is nothing to train', async () => {
    const variable = newVariable();
    const before = held();
    const spec = scoped(() => step(variable, {}, { trainableVariables: [] }));
    expect(await (spec.trainOp() as tf.Scalar).array()).toBe(1.5);
    spec.dispose();
    await expectHeld(before);
    variable.dispose();
  });

  it('leaves nothing when it fails', async () => {
    const variable = newVariable();
    const before = held();
    expect(() => scoped(() => step(variable, { loss: () => 7 as never }))).toThrowCoded('LOSS_FN_SHAPE', ['lossFn']);
    await expectHeld(before);
    variable.dispose();
  });
});

it('a training step makes its predictions when they are asked for, once, from the logits of the step', async () => {
  let calls = 0;
  const link = (logits: tf.Tensor): tf.Tensor => {
    calls++;
    return tf.mul(logits, 2);
  };
  const variable = newVariable();
  const before = held();
  const unread = inTidy(() => step(variable, { link }));
  unread.trainOp();
  unread.dispose();
  expect(calls).toBe(0);
  expect(() => unread.predictions).toThrowCoded('SPEC_DISPOSED', ['predictions']);
  await expectHeld(before);
  const read = inTidy(() => step(variable, { link }));
  const { logits } = read.predictions;
  const values = (await logits?.array()) as number[][];
  read.trainOp(); // Predictions are of the logits before it, also when it has run.
  const again = read.predictions['predictions'];
  expect(await again?.array()).toEqual(values.map(([logit]) => [2 * (logit as number)]));
  expect(calls).toBe(1);
  const other = replaceSpec(read, { trainOp: () => 1 });
  expect(other.predictions['predictions']).toBe(again);
  read.dispose();
  other.dispose();
  await expectHeld(before);
  variable.dispose();
});

describe('a spec that is disposed of', () => {
  it('trains no more, and changes nothing', async () => {
    const variable = newVariable();
    const spec = step(variable);
    spec.dispose();
    expect(() => spec.trainOp()).toThrowCoded('SPEC_DISPOSED', ['trainOp', 'dispose()']);
    expect(await variable.array()).toBe(2);
    let calls = 0;
    const byFunction = step(variable, {}, { optimizer: undefined, trainOpFn: () => calls++ });
    byFunction.dispose();
    expect(() => byFunction.trainOp()).toThrowCoded('SPEC_DISPOSED', ['trainOp', 'dispose()']);
    expect(calls).toBe(0);
    variable.dispose();
  });

  it('takes the step of what was made from it along', () => {
    const variable = newVariable();
    const spec = step(variable);
    const copy = replaceSpec(spec, { trainingHooks: [] }) as TrainSpec;
    spec.dispose();
    expect(() => copy.trainOp()).toThrowCoded('SPEC_DISPOSED', ['gradients']);
    tf.dispose([variable]);
  });

  it('disposes of nothing when it is disposed of again', () => {
    let times = 0;
    const spec = createSpec({ mode: 'infer', predictions: { a: tf.ones([1]) }, onDispose: () => void times++ });
    spec.dispose();
    const before = held();
    spec.dispose();
    expect([times, held()]).toEqual([1, before]);
  });

  it('is told from one whose variables are gone', () => {
    const variable = newVariable();
    const spec = step(variable);
    variable.dispose();
    expect(() => spec.trainOp()).toThrowCoded('TRAINABLE_VARIABLES_INVALID', ['trainableVariables[0]', 'trainOp']);
    spec.dispose();
  });
});
