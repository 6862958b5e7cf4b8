// Heads with models of tfjs-layers: their variables, and their own training with classes weighed.
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential, type LayersModel } from '@tensorflow/tfjs-layers';
import { numericColumn } from '@tfjs-heads/head-kit';
import { LogisticRegressionHead, PoissonRegressionHead, RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { expectHeld, held, releaseTensors } from './support/backend.js';
import { randomBatch, tensorsOf } from './support/data.js';
import { expect } from './support/expect.js';
import { logisticRegression, threeHeads } from './support/heads.js';
import { inMode } from './support/spec.js';

releaseTensors();

/** One weight, 0 at first, and no bias: the logit is the weight times the input. */
function model(): LayersModel {
  const made = sequential({ layers: [layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'zeros' })] });
  return made;
}

const weightOf = async (trained: LayersModel): Promise<number> => (await trained.getWeights()[0]?.data())?.[0] ?? NaN;

describe('a model of tfjs-layers', () => {
  it('is trained by its trainableWeights, as they are', async () => {
    const head = new RegressionHead();
    const network = model();
    const x = tf.ones([4, 1]);
    const labels = tf.tensor2d([0, 0, 0, 4], [4, 1]);
    const optimizer = tf.train.sgd(0.5);
    const step = { mode: 'train', labels, logits: () => network.apply(x) as tf.Tensor, optimizer, trainableVariables: network.trainableWeights } as const;
    const spec = inMode('train', head.createEstimatorSpec(step));
    spec.trainOp();
    expect(await weightOf(network)).toBeCloseTo(1, 6);
    spec.dispose();
    const before = held();
    inMode('train', head.createEstimatorSpec(step)).dispose();
    await expectHeld(before);
  });

  it('keeps what is not trainable as it is', async () => {
    const network = sequential({ layers: [layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'ones', trainable: false }), layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros' })] });
    const given = { mode: 'train', labels: tf.ones([2, 1]), logits: () => network.apply(tf.ones([2, 1])) as tf.Tensor, optimizer: tf.train.sgd(0.5) } as const;
    inMode('train', new RegressionHead().createEstimatorSpec({ ...given, trainableVariables: network.trainableWeights })).trainOp();
    expect(network.trainableWeights.length).toBe(1);
    expect((await Promise.all(network.getWeights().map((weight) => weight.data()))).map((values) => values[0])).toEqual([1, 1, 0]);
  });

  it('that is disposed of is refused', () => {
    const network = model();
    const { trainableWeights } = network;
    network.dispose();
    const given = { mode: 'train', labels: tf.ones([2, 1]), logits: () => tf.ones([2, 1]), optimizer: tf.train.sgd(0.5) } as const;
    expect(() => new RegressionHead().createEstimatorSpec({ ...given, trainableVariables: trainableWeights })).toThrowCoded('TRAINABLE_VARIABLES_INVALID', ['trainableVariables[0]']);
  });
});

describe('model.fit of tfjs-layers', () => {
  const [x, y] = [[1, 1, 1, 1], [0, 0, 0, 1]];
  const classWeight = { 0: 1, 1: 10 };
  const once = { epochs: 1, batchSize: 4, shuffle: false };
  type Loss = (labels: tf.Tensor, logits: tf.Tensor) => tf.Tensor;
  const fit = async (loss: Loss, options: object): Promise<number> => {
    const network = model();
    network.compile({ optimizer: tf.train.sgd(1), loss });
    await network.fit(tf.tensor2d(x, [4, 1]), tf.tensor2d(y, [4, 1]), { ...once, ...options });
    return weightOf(network);
  };
  const head = new LogisticRegressionHead();

  it('takes the loss of a head', async () => {
    expect(await fit((labels, logits) => head.loss(labels, logits), {})).toBeCloseTo(-0.25, 6);
    expect(await fit((labels, logits) => head.rowLosses(labels, logits), {})).toBeCloseTo(-0.25, 6);
  });

  it('weighs classes in the losses of rows', async () => {
    expect(await fit((labels, logits) => head.rowLosses(labels, logits), { classWeight })).toBeCloseTo(0.875, 6);
    const summing = new LogisticRegressionHead({ lossReduction: 'sum' });
    expect(await fit((labels, logits) => summing.rowLosses(labels, logits), { classWeight })).toBeCloseTo(3.5, 6);
    const custom = new RegressionHead({ lossFn: (args) => tf.squaredDifference(args.labels, args.logits) });
    expect(await fit((labels, logits) => custom.rowLosses(labels, logits), { classWeight })).toBeCloseTo(5, 6);
  });

  it.each<[string, (loss: tf.Tensor) => tf.Tensor]>([['alone', (loss) => loss], ['halved', (loss) => tf.mul(loss, 0.5)], ['with more added', (loss) => tf.add(loss, tf.scalar(1))]])(
    'is refused to weigh the loss of a whole batch by rows: %s', async (_, change) => {
      const weighed = fit((labels, logits) => change(head.loss(labels, logits)), { classWeight });
      await expect(weighed).rejects.toThrow(expect.objectContaining({ code: 'GRADIENT_UNSUPPORTED', message: expect.stringContaining('rowLosses') }));
      const custom = new RegressionHead({ lossFn: (args) => tf.squaredDifference(args.labels, args.logits) });
      await expect(fit((labels, logits) => change(custom.loss(labels, logits)), { classWeight })).rejects.toThrow(/classWeight/);
    },
  );

  it('is not, where the factor is one for the batch', async () => {
    expect(await fit((labels, logits) => tf.mul(head.loss(labels, logits), 2), {})).toBeCloseTo(-0.5, 6);
    const weighed = tf.grad((logits) => tf.sum(tf.mul(head.loss(tf.ones([3, 1]), logits), tf.tensor1d([1, 2]))))(tf.zeros([3, 1]));
    expect(await weighed.data()).toBeNear([-0.5, -0.5, -0.5]);
  });
});

describe.each(threeHeads)('the losses of the rows of a $head', ({ labels: kind, dimensions, create }) => {
  const labelDimension = Math.max(...dimensions);

  it.each([['sum', [7]], ['sum_over_batch_size', [7]], ['sum_over_batch_size', [3, 2]]] as const)('have its loss as their mean, and its gradient: %s, rows %j', async (lossReduction, rows) => {
    const head = create({ labelDimension, weightColumn: 'w', lossReduction }) as RegressionHead;
    const { logits, labels, features } = tensorsOf(randomBatch(11, [...rows, labelDimension], kind, '[D0..DN]'));
    const given = head.rowLosses(labels, logits, { features });
    expect(given.shape).toEqual([rows[0]]);
    expect(await tf.mean(given).data()).toBeNear(await head.loss(labels, logits, { features }).data(), { scale: 1 });
    const gradient = tf.grad((x) => tf.mean(head.rowLosses(labels, x, { features })))(logits);
    expect(await gradient.data()).toBeWithin1e5(await tf.grad((x) => head.loss(labels, x, { features }))(logits).data());
  });

  it('leave nothing behind, and are checked', async () => {
    const head = create({ labelDimension, weightColumn: 'w' }) as RegressionHead;
    const { logits, labels, features } = tensorsOf(randomBatch(12, [5, labelDimension], kind, '[D0..DN]'));
    const before = held();
    head.rowLosses(labels, logits, { features }).dispose();
    tf.grad((x) => tf.mean(head.rowLosses(labels, x, { features })))(logits).dispose();
    expect(() => head.rowLosses(labels, logits)).toThrowCoded('WEIGHTS_MISSING', ["'w'"]);
    expect(() => head.rowLosses(labels, logits, { features, regularizationLosses: [] } as object)).toThrowCoded('INVALID_ARGUMENT', ['regularizationLosses']);
    await expectHeld(before);
  });
});

describe('the losses of rows', () => {
  it('weigh by what a normalizer makes of a feature', async () => {
    const head = new PoissonRegressionHead({ weightColumn: numericColumn('w', { normalizerFn: (w) => tf.mul(w, 2) }), computeFullLoss: false });
    const losses = head.rowLosses(tf.zeros([2, 1]), tf.zeros([2, 1]), { features: { w: tf.tensor1d([1, 3]) } });
    expect(await losses.data()).toBeNear([2, 6]);
  });

  it('reject, with a gradient of 0, where only the device knows that a label is out of range', async () => {
    const head = logisticRegression.create() as LogisticRegressionHead;
    const labels = tf.exp(tf.ones([2, 1]));
    let gradient: tf.Tensor | undefined;
    try {
      gradient = tf.grad((x) => tf.sum(head.rowLosses(labels, x)))(tf.zeros([2, 1]));
    } catch (error) {
      expect(error).toMatchObject({ code: 'LABELS_RANGE' });
    }
    if (gradient !== undefined) {
      expect(Array.from(await gradient.data())).toEqual([0, 0]);
      await expect(head.rowLosses(labels, tf.zeros([2, 1])).data()).rejects.toMatchObject({ code: 'LABELS_RANGE' });
    }
  });
});
