import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, it } from 'vitest';
import { type LossOfLogits, trainNetwork, updateRule, type UpdateRule } from '@tfjs-heads/reference';
import { expectHeld, held } from './support/backend.js';
import { expect } from './support/expect.js';
import { threeHeads } from './support/heads.js';
import { modelOf } from './support/model.js';
import { randomProblem } from './support/problem.js';
import { trainingLoss } from './support/reference.js';
import { inMode } from './support/spec.js';

const optimizers: readonly { optimizer: string; steps: number; create: () => tf.Optimizer; rule: UpdateRule }[] = [
  { optimizer: 'sgd', steps: 100, create: () => tf.train.sgd(0.02), rule: updateRule('sgd', { learningRate: 0.02 }) },
  {
    optimizer: 'adam',
    steps: 50,
    // tfjs takes another epsilon on each backend unless it is told one.
    create: () => tf.train.adam(0.02, 0.9, 0.999, 1e-4),
    rule: updateRule('adam', { learningRate: 0.02, beta1: 0.9, beta2: 0.999, epsilon: 1e-4 }),
  },
];

describe.each(threeHeads)('line 27: training with a $head', ({ formula, labels, dimensions, create }) => {
  const cases = optimizers.map((one, index) => ({ ...one, k: dimensions[index] ?? 1 }));

  it.each(cases)('follows the loss curve of float64: $steps steps of $optimizer, $k labels, an odd batch of 33', async ({ k, steps, create: createOptimizer, rule }) => {
    const problem = randomProblem(27, { rows: 33, inputs: 4, hidden: 5, outputs: k }, labels);
    const exactly = (value: number): { value: number; scale: number } => ({ value, scale: 0 });
    const lossOf: LossOfLogits = (logits) => {
      const { loss, gradient } = trainingLoss(formula, { ...problem, logits }, 'sum_over_batch_size');
      return { loss: exactly(loss), gradient: gradient.map(exactly) };
    };
    const start = { inputs: { shape: [33, 4], values: problem.x }, start: problem.parameters };
    const { end, losses: expected } = trainNetwork(start, lossOf, rule, steps);
    const expectedCurve = expected.map(({ value }) => value);

    const before = held();
    const head = create({ labelDimension: k, weightColumn: 'w' });
    const { dispose, variables: trainableVariables, ...model } = modelOf(problem);
    const optimizer = createOptimizer();
    const losses: tf.Tensor[] = [];
    for (let i = 0; i < steps; i++) {
      const spec = inMode('train', head.createEstimatorSpec({ ...model, mode: 'train', optimizer, trainableVariables }));
      losses.push(tf.clone(spec.trainOp() as tf.Scalar));
      spec.dispose();
    }
    const curve = tf.stack(losses);
    expect(await curve.data()).toBeNear(expectedCurve, { roundings: 1e-5 * 2 ** 24 });
    for (const [index, variable] of trainableVariables.entries()) {
      expect(await variable.data()).toBeWithin1e5(end[index] ?? []);
    }
    // Something was learnt.
    expect(expectedCurve.at(-1)).toBeLessThan((expectedCurve[0] ?? NaN) * 0.95);

    tf.dispose([curve, ...losses]);
    dispose();
    optimizer.dispose();
    await expectHeld(before);
  });
});
