import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, inject, it } from 'vitest';
import { expectHeld, held, isOnGpu } from './support/backend.js';
import { expect } from './support/expect.js';
import { results, threeHeads } from './support/heads.js';
import { modelOf } from './support/model.js';
import { randomProblem } from './support/problem.js';
import { inMode } from './support/spec.js';

/** 10,000 once for each engine in JavaScript and WebAssembly; elsewhere they would take minutes and see nothing else. */
const rounds = isOnGpu ? 200 : inject('backend') === 'tensorflow' || typeof document !== 'undefined' ? 1000 : 10_000;
const size = { rows: 3, inputs: 2, hidden: 2, outputs: 1 };

describe.each(threeHeads)(`lines 19, 27: ${rounds} rounds with a $head`, ({ labels, create }) => {
  const head = create({ weightColumn: 'w' });
  const problem = randomProblem(1, size, labels);

  it('of training leave nothing behind', async () => {
    const { dispose, variables: trainableVariables, ...model } = modelOf(problem);
    const optimizer = tf.train.sgd(1e-3);
    const before = held();
    for (let round = 0; round < rounds; round++) {
      const spec = inMode('train', head.createEstimatorSpec({ ...model, mode: 'train', optimizer, trainableVariables }));
      spec.trainOp();
      spec.dispose();
      // Lets a GPU in software keep up.
      if (isOnGpu && round % 50 === 0) await trainableVariables[0]?.data();
    }
    await expectHeld(before);
    const [weight] = (await trainableVariables[0]?.data()) ?? [];
    expect(weight).not.toBeNaN();
    dispose();
    optimizer.dispose();
  }, 60_000);

  it('of large batches, which some backends compute in another way, leave nothing behind', async () => {
    const { dispose, variables: trainableVariables, ...model } = modelOf(randomProblem(2, { ...size, rows: 4099 }, labels));
    const optimizer = tf.train.sgd(1e-3);
    const before = held();
    for (let round = 0; round < 5; round++) {
      const spec = inMode('train', head.createEstimatorSpec({ ...model, mode: 'train', optimizer, trainableVariables }));
      spec.trainOp();
      spec.dispose();
    }
    await expectHeld(before);
    dispose();
    optimizer.dispose();
  });

  it('of metric updates leave nothing behind, and all of them count', async () => {
    const { dispose, variables: _, logits, ...model } = modelOf(problem);
    const x = tf.tidy(logits);
    const before = held();
    const metrics = head.metrics();
    for (let round = 0; round < rounds; round++) {
      head.updateMetrics(metrics, model.features, x, model.labels);
      if (isOnGpu && round % 50 === 0) await results(metrics);
    }
    const seen = await metrics['label/mean']?.state();
    const weights = problem.weights.reduce((sum, weight) => sum + weight, 0);
    expect([Number(seen?.sums[1])]).toBeNear([rounds * weights]);
    await expectHeld(before);
    x.dispose();
    dispose();
  }, 60_000);
});
