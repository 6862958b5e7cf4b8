import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, it } from 'vitest';
import { expectHeld, held } from './support/backend.js';
import { expect } from './support/expect.js';
import { threeHeads } from './support/heads.js';
import { modelOf } from './support/model.js';
import { trainReference, type Step } from './support/network.js';
import { adam, sgd } from './support/optimizers.js';
import { randomProblem } from './support/problem.js';
import { inMode } from './support/spec.js';

const optimizers: readonly { optimizer: string; steps: number; create: () => tf.Optimizer; step: () => Step }[] = [
  { optimizer: 'sgd', steps: 100, create: () => tf.train.sgd(0.02), step: () => sgd(0.02) },
  // tfjs takes another epsilon on each backend unless it is told one.
  { optimizer: 'adam', steps: 50, create: () => tf.train.adam(0.02, 0.9, 0.999, 1e-4), step: () => adam(0.02, 0.9, 0.999, 1e-4) },
];

describe.each(threeHeads)('line 27: training with a $head', ({ formula, labels, dimensions, create }) => {
  const cases = optimizers.map((one, index) => ({ ...one, k: dimensions[index] ?? 1 }));

  it.each(cases)('follows the loss curve of float64: $steps steps of $optimizer, $k labels, an odd batch of 33', async ({ k, steps, create: createOptimizer, step }) => {
    const problem = randomProblem(27, { rows: 33, inputs: 4, hidden: 5, outputs: k }, labels);
    const expected = trainReference(problem, formula, step(), steps);

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
    expect(await curve.data()).toBeNear(expected.losses, { roundings: 1e-5 * 2 ** 24 });
    for (const [index, variable] of trainableVariables.entries()) {
      expect(await variable.data()).toBeWithin1e5(expected.parameters[index] ?? []);
    }
    // Something was learnt.
    expect(expected.losses.at(-1)).toBeLessThan((expected.losses[0] ?? NaN) * 0.95);

    tf.dispose([curve, ...losses]);
    dispose();
    optimizer.dispose();
    await expectHeld(before);
  });
});
