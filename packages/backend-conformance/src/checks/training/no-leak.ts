import { train as optimizersOfTfjs } from '@tensorflow/tfjs-core';
import type { Check } from '../check.js';
import { held, heldAgain } from '../held.js';
import { stepOf, traineeOf } from './trainee.js';

const STEPS = 20;

/** A tensor a step is a crash after a day. The first step does not count: it makes the optimizer's own variables. */
export const stepsLeakNothing: Check = {
  states: 'Twenty steps, every third of which is given up before its update, leave as many tensors and buffers as there were.',
  cases: () => [{}],
  async run({ subject, judge }) {
    const trainee = traineeOf(subject);
    const optimizer = optimizersOfTfjs.momentum(0.005, 0.9);
    const step = (isApplied: boolean): void => {
      const spec = stepOf(trainee, { optimizer });
      if (isApplied) spec.trainOp();
      spec.dispose();
    };
    step(true);
    // A head may still be asking the device something, and holds the tensors that it asks about.
    await trainee.network.read();
    const before = held();
    for (let i = 1; i <= STEPS; i++) step(i % 3 !== 0);
    await trainee.network.read();
    await heldAgain(judge, `${STEPS} steps`, before);
  },
};
