import { mul, square, sum, train as optimizersOfTfjs, variableGrads, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { Check } from '../check.js';
import { K } from '../../tier.js';
import { stepOf, traineeOf, type Trainee } from './trainee.js';

const RATE = 0.01;

/** What a step of plain gradient descent does, from what the gradient is said to be. */
export const oneStepDescends: Check = {
  states: 'A step of sgd takes the gradient of the loss, regularization included, times the rate from each variable, once.',
  cases: () => [{ with: 'nothing' }, { with: 'regularization' }],
  async run({ subject, judge }, { with: extra }) {
    const trainee = traineeOf(subject);
    const { network, head } = trainee;
    const regularizationLosses = extra === 'regularization' ? () => [penaltyOf(trainee)] : undefined;
    const options = { mode: 'train', features: trainee.features, regularizationLosses } as const;
    const { value, grads } = variableGrads(() => head.loss(trainee.labels, trainee.logits(), options), [...network.variables]);
    const start = await network.read();
    const spec = stepOf(trainee, { optimizer: optimizersOfTfjs.sgd(RATE), regularizationLosses });
    spec.trainOp();
    judge.near('the loss of the step', await spec.loss.data(), await value.data(), { k: K.ELEMENT });
    const end = await network.read();
    for (const [i, { values }] of start.entries()) {
      const step = await mul(grads[network.variables[i]?.name ?? ''] as Tensor, RATE).data();
      const expected = values.map((one, at) => one - (step[at] as number));
      const scale = values.map((one, at) => Math.max(Math.abs(one), Math.abs(step[at] as number)));
      judge.near(`variable ${i}`, end[i]?.values ?? [], expected, { k: K.ELEMENT, scale });
    }
  },
};

/** Large enough to be seen in every step. */
function penaltyOf({ network }: Trainee): Scalar {
  return mul(sum(square(network.variables[0] as Tensor)), 2) as Scalar;
}
