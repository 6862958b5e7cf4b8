import { train as optimizersOfTfjs } from '@tensorflow/tfjs-core';
import type { Check } from '../check.js';
import { train, traineeOf } from './trainee.js';

/** What training is for. The rate is so small that the path is nearly straight, whatever the loss. */
export const lossGoesDown: Check = {
  states: 'The loss of each of five steps of sgd with a small rate is smaller than the one before.',
  cases: () => [{}],
  async run({ subject, judge }) {
    const { losses } = await train(traineeOf(subject), optimizersOfTfjs.sgd(0.002), 5);
    losses.forEach((loss, i) => judge.that(i === 0 || loss < (losses[i - 1] as number), `the loss does not go down: ${losses.join(', ')}`));
  },
};
