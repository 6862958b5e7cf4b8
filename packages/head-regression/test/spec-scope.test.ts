// A spec owns what is in it: the tidy or the scope that it was made in takes nothing away, and its dispose() leaves nothing.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import type { TrainSpec } from '@tfjs-heads/head-api';
import { createSpec, replaceSpec } from '@tfjs-heads/head-kit';
import { PoissonRegressionHead, RegressionHead, type RegressionPredictions } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { expectHeld, held } from './support/backend.js';
import { expect } from './support/expect.js';
import { results } from './support/heads.js';
import { inMode } from './support/spec.js';

type Scoped = <T>(run: () => T) => T;

const scopes: Readonly<Record<string, Scoped>> = {
  'tf.tidy': <T>(run: () => T): T => {
    let made: T | undefined;
    tf.tidy(() => void (made = run()));
    return made as T;
  },
  'a tf.tidy that returns it': <T>(run: () => T): T => tf.tidy(run as () => tf.TensorContainer) as T,
  'a scope': <T>(run: () => T): T => {
    tf.engine().startScope();
    try {
      return run();
    } finally {
      tf.engine().endScope();
    }
  },
  'two of them': <T>(run: () => T): T => tf.tidy(() => tf.tidy(run as () => tf.TensorContainer)) as T,
};

/** All is made within the scope, as programs do that tidy whole steps; the variable is not a thing of a scope. */
function argumentsOf(variable: tf.Variable): { labels: tf.Tensor; logits: () => tf.Tensor } {
  return { labels: tf.tensor2d([1, 2, 3, 4], [4, 1]), logits: () => tf.mul(tf.ones([4, 1]), variable) };
}

describe.each(Object.entries(scopes))('a spec that was made in %s', (_, scoped) => {
  it('trains outside of it', async () => {
    const head = new RegressionHead({ name: 'h' });
    const variable = tf.tidy(() => tf.variable(tf.scalar(2)));
    const before = held();
    const optimizer = tf.train.sgd(0.5);
    const regularizationLosses = (): tf.Scalar[] => [tf.mul(variable, 0.25) as tf.Scalar];
    const spec = scoped(() =>
      inMode('train', head.createEstimatorSpec({ mode: 'train', ...argumentsOf(variable), regularizationLosses, optimizer, trainableVariables: [variable] })),
    );
    expect(await spec.loss.data()).toBeNear([2]);
    expect(await spec.predictions.predictions.data()).toBeNear([2, 2, 2, 2]);
    expect(await spec.summaries['loss/h']?.data()).toBeNear([2]);
    expect(await spec.summaries['regularization_loss/h']?.data()).toBeNear([0.5]);
    const loss = spec.trainOp() as tf.Scalar;
    expect(await loss.data()).toBeNear([2]);
    expect(await variable.data()).toBeNear([2.375]);
    spec.dispose();
    optimizer.dispose();
    await expectHeld(before);
    variable.dispose();
  });

  it('has its loss, and computes it again, for a trainOpFn', async () => {
    const head = new RegressionHead();
    const labels = tf.tensor2d([1, 2, 3, 4], [4, 1]);
    const before = held();
    const trainOpFn = (loss: tf.Scalar, recompute: () => tf.Scalar): tf.Tensor => tf.stack([loss, recompute()]);
    const spec = scoped(() => inMode('train', head.createEstimatorSpec({ mode: 'train', labels, logits: () => tf.fill([4, 1], 2), trainOpFn })));
    const both = tf.tidy(() => spec.trainOp() as tf.Tensor);
    expect(await both.data()).toBeNear([1.5, 1.5]);
    both.dispose();
    spec.dispose();
    await expectHeld(before);
    labels.dispose();
  });

  it('has its loss, its predictions and its metrics', async () => {
    const head = new PoissonRegressionHead({ computeFullLoss: false });
    const before = held();
    const spec = scoped(() => {
      const labels = tf.ones([3, 1]);
      return inMode('eval', head.createEstimatorSpec({ mode: 'eval', labels, logits: tf.zeros([3, 1]) }));
    });
    expect(await spec.loss.data()).toBeNear([1]);
    expect(await spec.predictions.predictions.data()).toBeNear([1, 1, 1]);
    expect(await results(spec.evalMetricOps)).toMatchObject({ 'label/mean': 1 });
    spec.dispose();
    await expectHeld(before);
  });

  it('has what it exports, also where the caller made it', async () => {
    const head = new PoissonRegressionHead();
    const before = held();
    const spec = scoped(() => inMode('infer', head.createEstimatorSpec({ mode: 'infer', logits: tf.zeros([2, 1]) })));
    const { regression } = spec.exportOutputs;
    expect(regression?.kind === 'regression' && Array.from(await regression.value.data())).toEqual([1, 1]);
    const own = scoped(() => createSpec({ mode: 'eval', loss: tf.ones([1, 1]), predictions: { p: tf.ones([2]) } }));
    expect(await own.loss.array()).toBe(1);
    expect(await own.predictions.p.array()).toEqual([1, 1]);
    spec.dispose();
    own.dispose();
    await expectHeld(before);
  });

  it('leaves nothing when it fails', async () => {
    const head = new RegressionHead({ lossFn: () => 7 as never });
    const variable = tf.tidy(() => tf.variable(tf.scalar(2)));
    const optimizer = tf.train.sgd(0.5);
    const before = held();
    const make = (): unknown => scoped(() => head.createEstimatorSpec({ mode: 'train', ...argumentsOf(variable), optimizer, trainableVariables: [variable] }));
    expect(make).toThrowCoded('LOSS_FN_SHAPE', ['lossFn']);
    await expectHeld(before);
    tf.dispose([variable]);
    optimizer.dispose();
  });
});

describe('a spec of a training step', () => {
  it('makes its predictions when they are asked for, once, and in training not before', async () => {
    let calls = 0;
    const inverseLinkFn = (logits: tf.Tensor): tf.Tensor => {
      calls++;
      return tf.mul(logits, 2);
    };
    const head = new RegressionHead({ inverseLinkFn });
    const variable = tf.tidy(() => tf.variable(tf.scalar(2)));
    const optimizer = tf.train.sgd(0.5);
    const args = { mode: 'train', ...argumentsOf(variable), optimizer, trainableVariables: [variable] } as const;
    const before = held();
    const step = (): TrainSpec<RegressionPredictions> => inMode('train', head.createEstimatorSpec(args));
    const unread = step();
    unread.trainOp();
    unread.dispose();
    expect(calls).toBe(0);
    expect(() => unread.predictions).toThrowCoded('SPEC_DISPOSED', ['predictions']);
    await expectHeld(before);
    const read = step();
    const logits = (await read.predictions.logits?.data()) as Float32Array;
    read.trainOp(); // Predictions are of the logits before it, also when it has run.
    const again = read.predictions.predictions;
    expect(await again.data()).toBeNear(Array.from(logits, (logit) => 2 * logit));
    expect(calls).toBe(1);
    const other = replaceSpec(read, { trainOp: () => 1 });
    expect(other.predictions.predictions).toBe(again);
    read.dispose();
    other.dispose();
    await expectHeld(before);
    const bad = new RegressionHead({ inverseLinkFn: () => 7 as never });
    const spec = bad.createEstimatorSpec(args);
    expect(() => spec.predictions).toThrowCoded('INVALID_ARGUMENT', ['inverseLinkFn']);
    spec.dispose();
    tf.dispose([variable, args.labels]);
    optimizer.dispose();
  });
});

describe('a spec that is disposed of', () => {
  const setUp = (): { spec: TrainSpec; variable: tf.Variable; dispose: () => void } => {
    const variable = tf.tidy(() => tf.variable(tf.scalar(2)));
    const { labels, logits } = argumentsOf(variable);
    const optimizer = tf.train.sgd(0.5);
    const args = { mode: 'train', labels, logits, optimizer, trainableVariables: [variable] } as const;
    const spec = inMode('train', new RegressionHead().createEstimatorSpec(args));
    return { spec, variable, dispose: () => { tf.dispose([labels]); if (!variable.isDisposed) variable.dispose(); optimizer.dispose(); } };
  };

  it('trains no more, and changes nothing', async () => {
    const { spec, variable, dispose } = setUp();
    spec.dispose();
    expect(() => spec.trainOp()).toThrowCoded('SPEC_DISPOSED', ['trainOp', 'dispose()']);
    expect(await variable.array()).toBe(2);
    dispose();
  });

  it('can be disposed of twice, which disposes of nothing again', () => {
    let times = 0;
    const spec = createSpec({ mode: 'infer', predictions: { a: tf.ones([1]) }, onDispose: () => void times++ });
    spec.dispose();
    const before = held();
    spec.dispose();
    expect([times, held()]).toEqual([1, before]);
  });

  it('takes the step of what was made from it along', () => {
    const { spec, dispose } = setUp();
    const copy = inMode('train', replaceSpec(spec, { trainingHooks: [] }));
    spec.dispose();
    expect(() => copy.trainOp()).toThrowCoded('SPEC_DISPOSED', ['gradients']);
    copy.dispose();
    dispose();
  });

  it('is told from one whose variables are gone', () => {
    const { spec, variable, dispose } = setUp();
    variable.dispose();
    expect(() => spec.trainOp()).toThrowCoded('TRAINABLE_VARIABLES_INVALID', ['trainableVariables[0]', 'trainOp']);
    spec.dispose();
    dispose();
  });
});
