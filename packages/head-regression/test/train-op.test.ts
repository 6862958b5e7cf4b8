import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import type { EstimatorSpecArgs, Reduction } from '@tfjs-heads/head-api';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { held, releaseTensors } from './support/backend.js';
import { expect } from './support/expect.js';
import { inMode } from './support/spec.js';

releaseTensors();

// The loss of w * x at w = 1 with labels 0 is (1 + 4 + 9) / 3; its derivative is 2 * 14 / 3.
const xs = () => tf.tensor2d([[1], [2], [3]]);
const labels = () => tf.zeros([3, 1]);
const gradient = 28 / 3;

function trained(args: Partial<EstimatorSpecArgs<tf.Tensor, tf.Tensor>> = {}, head = new RegressionHead()) {
  const w = tf.tidy(() => tf.variable(tf.tensor2d([[1]])));
  const x = xs();
  const spec = inMode('train', head.createEstimatorSpec({
    mode: 'train', logits: () => tf.matMul(x, w), labels: labels(), optimizer: tf.train.sgd(0.1), trainableVariables: [w], ...args,
  }));
  return { spec, w };
}

describe('line 27: a training step by an optimizer', () => {
  it('changes the variables when it is called, and returns the loss', async () => {
    const { spec, w } = trained();
    expect(await w.data()).toEqual(Float32Array.of(1));
    expect(spec.trainOp()).toBe(spec.loss);
    expect(await w.data()).toBeNear([1 - 0.1 * gradient]);
    expect(await spec.loss.data()).toBeNear([14 / 3]);
  });

  it('has run the network once: loss, gradients and predictions are of one pass', async () => {
    let runs = 0;
    const x = xs();
    const w = tf.tidy(() => tf.variable(tf.tensor2d([[1]])));
    const { spec } = trained({ logits: () => { runs++; return tf.matMul(x, w); }, trainableVariables: [w] });
    spec.trainOp();
    expect(runs).toBe(1);
    expect(await spec.predictions.predictions.array()).toEqual([[1], [2], [3]]);
  });

  it('is for one call', () => {
    const { spec } = trained();
    spec.trainOp();
    expect(() => spec.trainOp()).toThrowCoded('TRAIN_OP_USED', ['trainOp']);
    const { spec: other } = trained({ optimizer: undefined, trainOpFn: () => 0 });
    other.trainOp();
    expect(() => other.trainOp()).toThrowCoded('TRAIN_OP_USED', ['trainOp']);
  });

  it('does not train a variable that is not trainable', async () => {
    const [a, b] = [tf.variable(tf.tensor2d([[1]]), false), tf.variable(tf.tensor2d([[1]]))];
    const x = xs();
    const { spec } = trained({ logits: () => tf.add(tf.matMul(x, a), tf.matMul(x, b)), trainableVariables: [a, b] });
    spec.trainOp();
    expect(await a.data()).toEqual(Float32Array.of(1));
    expect(await b.data()).toBeNear([1 - 0.1 * 2 * gradient]);
  });

  it.each([
    { what: 'called', called: true, nothing: false },
    { what: 'not called', called: false, nothing: false },
    { what: 'with nothing to train', called: true, nothing: true },
  ])('leaves nothing behind: $what', async ({ called, nothing }) => {
    const [x, given, w, optimizer] = [xs(), labels(), tf.variable(tf.tensor2d([[1]])), tf.train.sgd(0.1)];
    const before = held();
    const network = () => tf.add(tf.matMul(tf.mul(x, 2), w), tf.ones([3, 1]));
    const trainableVariables = nothing ? [] : [w];
    const args = { mode: 'train', logits: network, labels: given, optimizer, trainableVariables } as const;
    const spec = inMode('train', new RegressionHead({ lossReduction: 'sum' }).createEstimatorSpec(args));
    if (called) spec.trainOp();
    expect(await spec.loss.data()).toBeNear([9 + 25 + 49]);
    spec.dispose();
    expect(held().numTensors).toBe(before.numTensors);
  });
});

describe('line 27: the state of an optimizer', () => {
  // A network may take another path in each step, and layers may be frozen on the way.
  const steps = [{ usesA: true, trainsA: true }, { usesA: false, trainsA: true }, { usesA: true, trainsA: false }, { usesA: true, trainsA: true }];

  it.each(['momentum', 'adam'])('stays with its variable when another has no gradient: %s', async (name) => {
    const x = xs();
    const given = labels();
    const create = () => (name === 'adam' ? tf.train.adam(0.1, 0.9, 0.999, 1e-3) : tf.train.momentum(0.1, 0.9));
    const run = async (train: (loss: () => tf.Scalar, logits: () => tf.Tensor, variables: tf.Variable[]) => void) => {
      const [a, b] = [tf.variable(tf.tensor1d([0.5, 0.25, 0.125])), tf.variable(tf.tensor2d([[1]]))];
      for (const { usesA, trainsA } of steps) {
        a.trainable = trainsA;
        const logits = () => tf.add(tf.matMul(x, b), usesA ? tf.reshape(a, [3, 1]) : tf.zeros([3, 1]));
        train(() => tf.mean(tf.squaredDifference(logits(), given)) as tf.Scalar, logits, [a, b]);
      }
      return [...(await a.data()), ...(await b.data())];
    };
    const ours = create();
    const trainOurs = await run((_, logits, trainableVariables) => {
      trained({ logits, labels: given, optimizer: ours, trainableVariables }).spec.trainOp();
    });
    const theirs = create();
    const trainTheirs = await run((loss, _, variables) => {
      const { grads } = tf.variableGrads(loss, variables.filter(({ trainable }) => trainable));
      // A gradient that is missing keeps its place in the list.
      theirs.applyGradients(variables.map((variable) => ({ name: variable.name, tensor: grads[variable.name] as tf.Tensor })));
    });
    expect(trainOurs).toBeNear(trainTheirs, { scale: 1 });
  });
});

describe('line 27: a training step by a function', () => {
  it('gets the loss of the spec, and its result is that of trainOp', async () => {
    let given: tf.Scalar | undefined;
    const { spec } = trained({ optimizer: undefined, trainableVariables: undefined, trainOpFn: (loss) => { given = loss; return 'done'; } });
    expect(given).toBeUndefined();
    expect(spec.trainOp()).toBe('done');
    expect(given).toBe(spec.loss);
    expect(await spec.loss.data()).toBeNear([14 / 3]);
  });

  it('can compute the loss again, for gradients of its own', async () => {
    const x = xs();
    const w = tf.variable(tf.tensor2d([[1]]));
    const optimizer = tf.train.sgd(0.1);
    const { spec } = trained({
      optimizer: undefined,
      logits: () => tf.matMul(x, w),
      regularizationLosses: () => [tf.mul(3, tf.sum(w)) as tf.Scalar],
      trainOpFn: (_, recompute) => optimizer.minimize(recompute, true, [w]),
    });
    const cost = spec.trainOp() as tf.Scalar;
    expect(await cost.data()).toBeNear([14 / 3 + 3]);
    expect(await w.data()).toBeNear([1 - 0.1 * (gradient + 3)]);
  });

  it('has its loss scaled for no replicas', async () => {
    const { spec } = trained({ optimizer: undefined, numReplicasInSync: 4, trainOpFn: (loss) => loss });
    expect(await spec.loss.data()).toBeNear([14 / 3]);
  });
});

describe('line 28: updateOps', () => {
  it('run with the training step, after the variables have changed', async () => {
    const seen: Promise<Float32Array>[] = [];
    const w = tf.variable(tf.tensor2d([[1]]));
    const x = xs();
    const read = () => { seen.push(tf.clone(w).data<'float32'>()); };
    const { spec } = trained({ logits: () => tf.matMul(x, w), trainableVariables: [w], updateOps: [read, read] });
    expect(seen).toEqual([]);
    expect(spec.trainOp()).toBe(spec.loss);
    expect(seen).toHaveLength(2);
    expect(await seen[0]).toBeNear([1 - 0.1 * gradient]);
  });

  it('run with a function that trains, and do not change what it returns', () => {
    const order: string[] = [];
    const { spec } = trained({
      optimizer: undefined,
      trainOpFn: () => order.push('train'),
      updateOps: [() => { order.push('first'); }, () => { order.push('second'); }],
    });
    expect(spec.trainOp()).toBe(1);
    expect(order).toEqual(['train', 'first', 'second']);
  });
});

describe('line 29: replicas', () => {
  it.each([
    { lossReduction: 'sum_over_batch_size', numReplicasInSync: 4, step: gradient / 4 },
    { lossReduction: 'sum_over_batch_size', numReplicasInSync: 1, step: gradient },
    { lossReduction: 'auto', numReplicasInSync: 4, step: gradient },
    { lossReduction: 'sum', numReplicasInSync: 4, step: 3 * gradient },
  ])('$numReplicasInSync with the reduction $lossReduction', async ({ lossReduction, numReplicasInSync, step }) => {
    const head = new RegressionHead({ lossReduction: lossReduction as Reduction });
    const { spec, w } = trained({ numReplicasInSync }, head);
    spec.trainOp();
    expect(await w.data()).toBeNear([1 - 0.1 * step]);
    expect(await spec.loss.data()).toBeNear([lossReduction === 'sum' ? 14 : 14 / 3]);
  });
});

describe('lines 18, 27: regularization losses in training', () => {
  it('are differentiated where a function makes them', async () => {
    const w = tf.variable(tf.tensor2d([[1]]));
    const x = xs();
    const { spec } = trained({
      logits: () => tf.matMul(x, w),
      trainableVariables: [w],
      regularizationLosses: () => [tf.mul(0.5, tf.sum(tf.square(w))) as tf.Scalar],
    });
    spec.trainOp();
    expect(await spec.loss.data()).toBeNear([14 / 3 + 0.5]);
    expect(await w.data()).toBeNear([1 - 0.1 * (gradient + 1)]);
  });

  it('are constants where they are a list', async () => {
    const { spec, w } = trained({ regularizationLosses: [tf.scalar(5)] });
    spec.trainOp();
    expect(await spec.loss.data()).toBeNear([14 / 3 + 5]);
    expect(await w.data()).toBeNear([1 - 0.1 * gradient]);
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
});
