import { train as optimizersOfTfjs } from '@tensorflow/tfjs-core';
import { ULPS } from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import { nearTrained, train, traineeOf } from './trainee.js';

/** All there is to a model is its variables: a head must keep nothing from one step for the next. */
export const resumedGoesOn: Check = {
  states: 'Training three steps, then three more with a new head and the variables read back, is training six.',
  cases: () => [{}],
  async run({ subject, judge }) {
    const sgd = optimizersOfTfjs.sgd(0.01);
    const through = await train(traineeOf(subject), sgd, 6);
    const first = await train(traineeOf(subject), sgd, 3);
    const second = await train(traineeOf(subject, first.variables), sgd, 3);
    nearTrained(judge, { ...second, losses: [...first.losses, ...second.losses] }, through, ULPS.ELEMENT);
  },
};
