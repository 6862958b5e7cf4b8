// What a training step is beyond what the laws say of any head: its optimizer's state, its arguments, its regularization.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import type { EstimatorSpecArgs, TrainSpec } from '@tfjs-heads/head-api';
import { describe, expect, it } from 'vitest';
import { expectHeld, held, releaseTensors } from './memory.js';
import { ToyHead } from './toy-head.js';

releaseTensors();

// The loss of w * x at w = 1 with labels 0 is (1 + 4 + 9) / 3; its derivative is 2 * 14 / 3.
const [RATE, LOSS, SLOPE] = [0.125, 14 / 3, 28 / 3];
const xs = (): tf.Tensor2D => tf.tensor2d([[1], [2], [3]]);
const newVariable = (trainable = true): tf.Variable => tf.tidy(() => tf.variable(tf.tensor2d([[1]]), trainable));

function step(args: Partial<EstimatorSpecArgs<tf.Tensor, tf.Tensor>> = {}): { spec: TrainSpec; w: tf.Variable } {
  const [x, w] = [xs(), newVariable()];
  const given = {
    logits: () => tf.matMul(x, w),
    labels: tf.zeros([3, 1]),
    optimizer: tf.train.sgd(RATE),
    trainableVariables: [w],
  };
  return { spec: new ToyHead().createEstimatorSpec({ ...given, ...args, mode: 'train' }), w };
}

async function expectNear(tensor: tf.Tensor, expected: readonly number[]): Promise<void> {
  (await tensor.data()).forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 5));
}

describe('line 27: a training step by an optimizer', () => {
  it('leaves a variable that is not trainable as it is', async () => {
    const [a, b, x] = [newVariable(false), newVariable(), xs()];
    step({ logits: () => tf.add(tf.matMul(x, a), tf.matMul(x, b)), trainableVariables: [a, b] }).spec.trainOp();
    await expectNear(a, [1]);
    await expectNear(b, [1 - RATE * 2 * SLOPE]);
  });

  it.each(['not called', 'called', 'with nothing to train', 'with replicas'])(
    'leaves no tensor behind: %s',
    async (what) => {
      const [x, labels, w, optimizer] = [xs(), tf.zeros([3, 1]), newVariable(), tf.train.sgd(RATE)];
      const before = held();
      const network = (): tf.Tensor => tf.add(tf.matMul(tf.mul(x, 2), w), tf.ones([3, 1]));
      const trainableVariables = what === 'with nothing to train' ? [] : [w];
      const spec = new ToyHead().createEstimatorSpec({
        mode: 'train',
        logits: network,
        labels,
        optimizer,
        trainableVariables,
        numReplicasInSync: what === 'with replicas' ? 4 : 1,
      });
      if (what !== 'not called') spec.trainOp();
      await expectNear(spec.loss, [(9 + 25 + 49) / 3]);
      spec.dispose();
      await expectHeld(before);
    },
  );

  // A network may take another path in each step, and layers may be frozen on the way.
  const steps = [
    { usesA: true, trainsA: true },
    { usesA: false, trainsA: true },
    { usesA: true, trainsA: false },
    { usesA: true, trainsA: true },
  ];

  it.each([
    ['momentum', () => tf.train.momentum(0.1, 0.9)],
    ['adam', () => tf.train.adam(0.1, 0.9, 0.999, 1e-3)],
  ] as const)('keeps the state of %s with its variable when another has no gradient', async (_, create) => {
    const [x, labels] = [xs(), tf.zeros([3, 1])];
    const run = async (train: (logits: () => tf.Tensor, variables: tf.Variable[]) => void): Promise<number[]> => {
      const [a, b] = [tf.variable(tf.tensor1d([0.5, 0.25, 0.125])), newVariable()];
      for (const { usesA, trainsA } of steps) {
        a.trainable = trainsA;
        train(() => tf.add(tf.matMul(x, b), usesA ? tf.reshape(a, [3, 1]) : tf.zeros([3, 1])), [a, b]);
      }
      return [...(await a.data()), ...(await b.data())];
    };
    const [ours, theirs] = [create(), create()];
    const byHead = await run(
      (logits, trainableVariables) => void step({ logits, labels, optimizer: ours, trainableVariables }).spec.trainOp(),
    );
    const byHand = await run((logits, variables) => {
      const loss = (): tf.Scalar => tf.mean(tf.squaredDifference(logits(), labels));
      const { grads } = tf.variableGrads(
        loss,
        variables.filter(({ trainable }) => trainable),
      );
      // A gradient that is missing keeps its place in the list.
      theirs.applyGradients(variables.map(({ name }) => ({ name, tensor: grads[name] as tf.Tensor })));
    });
    byHead.forEach((value, i) => expect(value).toBeCloseTo(byHand[i] as number, 5));
  });
});

describe('line 27: a training step by a function', () => {
  it('can compute the loss again, for gradients of its own', async () => {
    const [x, w, optimizer] = [xs(), newVariable(), tf.train.sgd(RATE)];
    const { spec } = step({
      optimizer: undefined,
      logits: () => tf.matMul(x, w),
      regularizationLosses: () => [tf.mul(3, tf.sum(w)) as tf.Scalar],
      trainOpFn: (_, recompute) => optimizer.minimize(recompute, true, [w]),
    });
    await expectNear(spec.trainOp() as tf.Scalar, [LOSS + 3]);
    await expectNear(w, [1 - RATE * (SLOPE + 3)]);
  });

  it('is for one call, and for no replicas', async () => {
    const { spec } = step({ optimizer: undefined, numReplicasInSync: 4, trainOpFn: (loss) => loss });
    await expectNear(spec.trainOp() as tf.Scalar, [LOSS]);
    expect(() => spec.trainOp()).toThrowCoded('TRAIN_OP_USED', ['trainOp']);
  });
});

describe('lines 18, 27: regularization losses in training', () => {
  it('are differentiated where a function makes them', async () => {
    const [x, w] = [xs(), newVariable()];
    const regularizationLosses = (): tf.Scalar[] => [tf.mul(0.5, tf.sum(tf.square(w))) as tf.Scalar];
    const { spec } = step({ logits: () => tf.matMul(x, w), trainableVariables: [w], regularizationLosses });
    spec.trainOp();
    await expectNear(spec.loss, [LOSS + 0.5]);
    await expectNear(w, [1 - RATE * (SLOPE + 1)]);
  });

  it('are constants where they are a list', async () => {
    const { spec, w } = step({ regularizationLosses: [tf.scalar(5)] });
    spec.trainOp();
    await expectNear(spec.loss, [LOSS + 5]);
    await expectNear(w, [1 - RATE * SLOPE]);
  });
});

it.each(['eval', 'infer'] as const)(
  'line 25: the arguments of training are neither used nor checked in the mode %s',
  (mode) => {
    const wrong = {
      optimizer: 7,
      trainOpFn: 'no',
      trainableVariables: 'none',
      updateOps: 'never',
      numReplicasInSync: -1,
    } as unknown as object;
    const spec = new ToyHead().createEstimatorSpec({
      ...wrong,
      mode,
      logits: tf.zeros([2, 1]),
      labels: tf.zeros([2, 1]),
    });
    expect(spec.mode).toBe(mode);
  },
);

it.each(['predict', 'TRAIN', '', undefined, 7])(
  'line 26: the unknown mode %j is refused, where the original trains',
  (mode) => {
    const args = { logits: xs(), labels: tf.zeros([3, 1]), mode: mode as 'train' };
    const before = tf.memory().numTensors;
    expect(() => new ToyHead().createEstimatorSpec(args)).toThrowCoded('MODE_INVALID', ['mode', 'train, eval, infer']);
    expect(tf.memory().numTensors).toBe(before);
  },
);

describe('line 28: update ops', () => {
  it('run with the training step, once each, and leave what it returns', async () => {
    const calls: string[] = [];
    const { spec, w } = step({ updateOps: [() => void calls.push('first'), () => void calls.push('second')] });
    expect(calls).toEqual([]);
    await expectNear(spec.trainOp() as tf.Scalar, [LOSS]);
    expect(calls).toEqual(['first', 'second']);
    await expectNear(w, [1 - RATE * SLOPE]);
  });

  it('run with a function that trains, too', async () => {
    let runs = 0;
    const { spec } = step({ optimizer: undefined, trainOpFn: () => 7, updateOps: [() => void runs++] });
    expect([spec.trainOp(), runs]).toEqual([7, 1]);
  });
});

it.each([
  ['sum_over_batch_size', 1 / 4],
  ['sum', 3],
] as const)(
  'line 29: replicas scale what an optimizer minimizes for the mean alone: %s',
  async (lossReduction, scale) => {
    const [x, w] = [xs(), newVariable()];
    const spec = new ToyHead({ lossReduction }).createEstimatorSpec({
      mode: 'train',
      logits: () => tf.matMul(x, w),
      labels: tf.zeros([3, 1]),
      optimizer: tf.train.sgd(RATE),
      trainableVariables: [w],
      numReplicasInSync: 4,
    });
    spec.trainOp();
    await expectNear(w, [1 - RATE * SLOPE * scale]);
    await expectNear(spec.loss, [lossReduction === 'sum' ? 3 * LOSS : LOSS]); // as it is
  },
);

describe('line 30: summaries', () => {
  const regularizationLosses = (): tf.Scalar[] => [tf.scalar(2), tf.scalar(3)];
  it.each([
    [undefined, ['loss', 'regularization_loss']],
    ['', ['loss', 'regularization_loss']],
    ['h', ['loss/h', 'regularization_loss/h']],
  ])('of training end with the name of the head: %j', async (name, tags) => {
    const [x, w] = [xs(), newVariable()];
    const spec = new ToyHead({ name }).createEstimatorSpec({
      mode: 'train',
      logits: () => tf.matMul(x, w),
      labels: tf.zeros([3, 1]),
      regularizationLosses,
      optimizer: tf.train.sgd(RATE),
      trainableVariables: [w],
    });
    expect(Object.keys(spec.summaries)).toEqual(tags);
    await expectNear(spec.summaries[tags[0] as string] as tf.Tensor, [LOSS + 5]);
    await expectNear(spec.summaries[tags[1] as string] as tf.Tensor, [5]);
    expect(Object.keys(step().spec.summaries)).toEqual(['loss']);
  });

  it.each(['eval', 'infer'] as const)('are none in the mode %s', (mode) => {
    const spec = new ToyHead().createEstimatorSpec({
      mode,
      logits: xs(),
      labels: tf.zeros([3, 1]),
      regularizationLosses,
    });
    expect('summaries' in spec ? spec.summaries : {}).toEqual({});
  });
});
