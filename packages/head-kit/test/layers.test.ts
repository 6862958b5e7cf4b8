// Heads with models of tfjs-layers: their variables, and their own training with classes weighed.
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential, type LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { logPoisson, numericColumn } from '../src/index.js';
import { expectHeld, held, releaseTensors } from './memory.js';
import { logisticHead, ToyHead } from './toy-head.js';

releaseTensors();

/** One weight, 0 at first, and no bias: the logit is the weight times the input. */
function model(): LayersModel {
  return sequential({
    layers: [layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'zeros' })],
  });
}

const weightOf = async (trained: LayersModel): Promise<number> => (await trained.getWeights()[0]?.data())?.[0] ?? NaN;

describe('a model of tfjs-layers', () => {
  it('is trained by its trainableWeights, as they are', async () => {
    const [head, network, x, labels, optimizer] = [
      new ToyHead(),
      model(),
      tf.ones([4, 1]),
      tf.tensor2d([0, 0, 0, 4], [4, 1]),
      tf.train.sgd(0.5),
    ];
    const logits = (): tf.Tensor => network.apply(x) as tf.Tensor;
    const step = { mode: 'train', labels, logits, optimizer, trainableVariables: network.trainableWeights } as const;
    const spec = head.createEstimatorSpec(step);
    spec.trainOp();
    expect(await weightOf(network)).toBeCloseTo(1, 6);
    spec.dispose();
    const before = held();
    head.createEstimatorSpec(step).dispose();
    await expectHeld(before);
  });

  it('keeps what is not trainable as it is', async () => {
    const frozen = layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'ones', trainable: false });
    const network = sequential({
      layers: [frozen, layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros' })],
    });
    const logits = (): tf.Tensor => network.apply(tf.ones([2, 1])) as tf.Tensor;
    const step = {
      mode: 'train',
      labels: tf.ones([2, 1]),
      logits,
      optimizer: tf.train.sgd(0.5),
      trainableVariables: network.trainableWeights,
    } as const;
    new ToyHead().createEstimatorSpec(step).trainOp();
    expect(network.trainableWeights.length).toBe(1);
    expect((await Promise.all(network.getWeights().map((weight) => weight.data()))).map((values) => values[0])).toEqual(
      [1, 1, 0],
    );
  });

  it('that is disposed of is refused', () => {
    const network = model();
    const { trainableWeights } = network;
    network.dispose();
    const step = {
      mode: 'train',
      labels: tf.ones([2, 1]),
      logits: () => tf.ones([2, 1]),
      optimizer: tf.train.sgd(0.5),
    } as const;
    const create = (): unknown => new ToyHead().createEstimatorSpec({ ...step, trainableVariables: trainableWeights });
    expect(create).toThrowCoded('TRAINABLE_VARIABLES_INVALID', ['trainableVariables[0]']);
  });
});

describe('model.fit of tfjs-layers', () => {
  const head = logisticHead();
  const custom = new ToyHead({ loss: ({ labels, logits }) => tf.squaredDifference(labels, logits) });
  const classWeight = { 0: 1, 1: 10 };
  type Loss = (labels: tf.Tensor, logits: tf.Tensor) => tf.Tensor;
  const fit = async (loss: Loss, options: object = {}): Promise<number> => {
    const network = model();
    network.compile({ optimizer: tf.train.sgd(1), loss });
    await network.fit(tf.ones([4, 1]), tf.tensor2d([0, 0, 0, 1], [4, 1]), {
      epochs: 1,
      batchSize: 4,
      shuffle: false,
      ...options,
    });
    return weightOf(network);
  };

  it('takes the loss of a head, or the losses of its rows', async () => {
    expect(await fit((labels, logits) => head.loss(labels, logits))).toBeCloseTo(-0.25, 6);
    expect(await fit((labels, logits) => head.rowLosses(labels, logits))).toBeCloseTo(-0.25, 6);
  });

  it('weighs classes in the losses of rows', async () => {
    const summing = logisticHead({ lossReduction: 'sum' });
    for (const [one, expected] of [
      [head, 0.875],
      [summing, 3.5],
      [custom, 5],
    ] as const) {
      expect(await fit((labels, logits) => one.rowLosses(labels, logits), { classWeight })).toBeCloseTo(expected, 6);
    }
  });

  it.each<[string, (loss: tf.Tensor) => tf.Tensor]>([
    ['alone', (loss) => loss],
    ['halved', (loss) => tf.mul(loss, 0.5)],
    ['with more added', (loss) => tf.add(loss, tf.scalar(1))],
  ])('is refused to weigh the loss of a whole batch by rows: %s', async (_, change) => {
    for (const one of [head, custom]) {
      const weighed = fit((labels, logits) => change(one.loss(labels, logits)), { classWeight });
      await expect(weighed).rejects.toThrow(
        expect.objectContaining({ code: 'GRADIENT_UNSUPPORTED', message: expect.stringContaining('rowLosses') }),
      );
    }
  });

  it('is not, where the factor is one for the batch', async () => {
    expect(await fit((labels, logits) => tf.mul(head.loss(labels, logits), 2))).toBeCloseTo(-0.5, 6);
    const weighed = tf.grad((logits) => tf.sum(tf.mul(head.loss(tf.ones([3, 1]), logits), tf.tensor1d([1, 2]))))(
      tf.zeros([3, 1]),
    );
    (await weighed.data()).forEach((slope) => expect(slope).toBeCloseTo(-0.5, 6));
  });
});

describe('the losses of rows', () => {
  it.each(['sum', 'sum_over_batch_size'] as const)(
    'have the loss as their mean, and its gradient, in rows of a higher rank: %s',
    async (lossReduction) => {
      const head = new ToyHead({ logitsDimension: 2, weightColumn: 'w', lossReduction });
      const [logits, labels, w] = [
        tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]),
        tf.ones([2, 2, 2]),
        tf.tensor2d([
          [1, 0],
          [2, 3],
        ]),
      ];
      const losses = head.rowLosses(labels, logits, { features: { w } });
      expect(losses.shape).toEqual([2]);
      expect((await tf.mean(losses).data())[0]).toBeCloseTo(
        await head.loss(labels, logits, { features: { w } }).array(),
        3,
      );
      const [byRows, whole] = [
        await tf
          .grad((x) => tf.mean(head.rowLosses(labels, x, { features: { w } })))(logits)
          .data(),
        await tf
          .grad((x) => head.loss(labels, x, { features: { w } }))(logits)
          .data(),
      ];
      byRows.forEach((slope, i) => expect(slope).toBeCloseTo(whole[i] as number, 4));
    },
  );

  it('are checked, and weigh by what a normalizer makes of a feature', async () => {
    const [zeros, features] = [tf.zeros([2, 1]), { w: tf.tensor1d([1, 3]) }];
    const weightColumn = numericColumn('w', { normalizerFn: (w) => tf.mul(w, 2) });
    expect(
      Array.from(await new ToyHead({ loss: logPoisson, weightColumn }).rowLosses(zeros, zeros, { features }).data()),
    ).toEqual([2, 6]);
    const head = new ToyHead({ weightColumn: 'w' });
    expect(() => head.rowLosses(zeros, zeros)).toThrowCoded('WEIGHTS_MISSING', ["'w'"]);
    expect(() => head.rowLosses(zeros, zeros, { features, regularizationLosses: [] } as object)).toThrowCoded(
      'INVALID_ARGUMENT',
      ['regularizationLosses'],
    );
  });
});
