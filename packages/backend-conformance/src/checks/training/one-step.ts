import { mul, square, sum, train as optimizersOfTfjs, variableGrads, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { ULPS } from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import { stepOf, traineeOf, type Trainee } from './trainee.js';

const RATE = 0.01;

/** What a step of plain gradient descent does, from what the gradient is said to be. */
export const oneStepDescends: Check = {
  states: 'A step of sgd takes the gradient of the loss, regularization included, times the rate from each variable, once.',
  cases: () => [{ with: 'nothing' }, { with: 'regularization' }],
  async run({ subject, judge }, { with: extra }) {
    const trainee = traineeOf(subject);
    const { network, head } = trainee;
    // The penalty is counted in by hand: a head may leave it out of every gradient.
    const factor = extra === 'regularization' ? PENALTY : 0;
    const regularizationLosses = factor === 0 ? undefined : () => [penaltyOf(trainee)];
    const options = { mode: 'train', features: trainee.features } as const;
    const { value, grads } = variableGrads(() => head.loss(trainee.labels, trainee.logits(), options), [...network.variables]);
    const [plain = NaN] = await value.data();
    const start = await network.read();
    const spec = stepOf(trainee, { optimizer: optimizersOfTfjs.sgd(RATE), regularizationLosses });
    spec.trainOp();
    const penalty = factor * (start[0]?.values ?? []).reduce((total, one) => total + one * one, 0);
    judge.near('the loss of the step', await spec.loss.data(), [plain + penalty], { k: ULPS.REDUCE, scale: Math.abs(plain) + penalty });
    const end = await network.read();
    for (const [i, { values }] of start.entries()) {
      const gradient = await (grads[network.variables[i]?.name ?? ''] as Tensor).data();
      const step = values.map((one, at) => RATE * ((gradient[at] as number) + (i === 0 ? 2 * factor * one : 0)));
      const expected = values.map((one, at) => one - (step[at] as number));
      const scale = values.map((one, at) => Math.max(Math.abs(one), Math.abs(step[at] as number)));
      judge.near(`variable ${i}`, end[i]?.values ?? [], expected, { k: ULPS.ELEMENT, scale });
    }
  },
};

/** The penalty is so many times the sum of the squares of the first variable: enough to be seen in every step. */
const PENALTY = 2;

function penaltyOf({ network }: Trainee): Scalar {
  return mul(sum(square(network.variables[0] as Tensor)), PENALTY) as Scalar;
}
