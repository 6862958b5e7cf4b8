import * as tf from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { Reduction } from '@tfjs-heads/head-api';
import { releaseTensors } from './support/backend.js';
import { randomBatch, tensorsOf, type WeightKind } from './support/data.js';
import { expect } from './support/expect.js';
import { poissonRegression, regression, threeHeads } from './support/heads.js';
import { trainingLoss } from './support/reference.js';

releaseTensors();

const reductions = [Reduction.SUM_OVER_BATCH_SIZE, Reduction.SUM] as const;
const weightKinds: readonly WeightKind[] = ['none', '[D0..DN]', '[D0..DN,1]', '[D0..DN,K]'];
/** With one label a row the last two are the same. */
const kindsFor = (labelDimension: number) => weightKinds.slice(0, labelDimension === 1 ? 3 : 4);
const leading = [[1], [2], [3], [32], [33], [257], [5, 7], [2, 3, 5]];

describe.each([...threeHeads, poissonRegression])('lines 9, 12, 35: the loss of a $head', ({ formula, labels, dimensions, create }) => {
  describe.each(dimensions)('with %i labels a row', (labelDimension) => {
    describe.each(kindsFor(labelDimension))('and weights of shape %s', (weights) => {
      it.each(leading.map((rows, seed) => ({ rows, seed })))('of $rows rows, reduced either way', async ({ rows, seed }) => {
        const batch = randomBatch(seed + 1, [...rows, labelDimension], labels, weights);
        const { logits, labels: given, features } = tensorsOf(batch);
        for (const lossReduction of reductions) {
          const head = create({ labelDimension, lossReduction, ...(batch.weights && { weightColumn: 'w' }) });
          const loss = head.loss(given, logits, { features });
          const expected = trainingLoss(formula, batch, lossReduction);
          expect(loss).toMatchObject({ shape: [], dtype: 'float32' });
          expect(await loss.data()).toBeNear([expected.loss], { scale: expected.scale });
        }
      });
    });
  });

  it.each(dimensions.filter((k) => k > 1))('of 1,001 weighted rows of %i', async (labelDimension) => {
    const batch = randomBatch(1001, [1001, labelDimension], labels, '[D0..DN]');
    const { logits, labels: given, features } = tensorsOf(batch);
    const loss = create({ labelDimension, weightColumn: 'w', lossReduction: 'sum' }).loss(given, logits, { features });
    const expected = trainingLoss(formula, batch, 'sum');
    expect(await loss.data()).toBeNear([expected.loss], { scale: expected.scale });
  });

  it('of 100,003 weighted rows, an odd number', async () => {
    const batch = randomBatch(100_003, [100_003, 1], labels, '[D0..DN,1]');
    const { logits, labels: given, features } = tensorsOf(batch);
    for (const lossReduction of [Reduction.SUM, Reduction.SUM_OVER_BATCH_SIZE]) {
      const loss = create({ weightColumn: 'w', lossReduction }).loss(given, logits, { features });
      const expected = trainingLoss(formula, batch, lossReduction);
      expect(await loss.data()).toBeWithin1e5([expected.loss]);
    }
  });
});

describe('line 9: auto is sum_over_batch_size', () => {
  it.each(threeHeads)('to the bit for a $head', async ({ labels, create }) => {
    const { logits, labels: given, features } = tensorsOf(randomBatch(9, [33, 1], labels, '[D0..DN]'));
    const [first, second] = ['auto', 'sum_over_batch_size'].map((lossReduction) =>
      create({ lossReduction: lossReduction as Reduction, weightColumn: 'w' }).loss(given, logits, { features }),
    );
    expect(await first?.data()).toEqual(await second?.data());
  });

  it.each(threeHeads)('which is the default of a $head', async ({ labels, create }) => {
    const { logits, labels: given } = tensorsOf(randomBatch(10, [33, 1], labels));
    expect(create().lossReduction).toBe('sum_over_batch_size');
    const same = create({ lossReduction: 'sum_over_batch_size' }).loss(given, logits);
    expect(await create().loss(given, logits).data()).toEqual(await same.data());
  });
});

describe('line 9: a mean is finite wherever it can be', () => {
  it.each([
    { rows: 33, first: 1, others: 1 },
    { rows: 33, first: 10, others: 0.5 },
    { rows: 4099, first: 10, others: 0.5 },
  ])('though neither the sum of $rows losses of 1e38 is, nor one that weighs $first', async ({ rows, first, others }) => {
    const features = { w: tf.tensor1d(Array.from({ length: rows }, (_, row) => (row === 0 ? first : others))) };
    const loss = regression.create({ weightColumn: 'w' }).loss(tf.zeros([rows, 1]), tf.fill([rows, 1], 1e19), { features });
    expect(await loss.data()).toBeNear([(Math.fround(1e19) ** 2 * (first + (rows - 1) * others)) / rows]);
  });

  it('without weights, too', async () => {
    const loss = regression.create().loss(tf.zeros([33, 1]), tf.fill([33, 1], 1e19));
    expect(await loss.data()).toBeNear([Math.fround(1e19) ** 2]);
  });
});
