import {
  keep,
  mul,
  square,
  sum,
  train as optimizersOfTfjs,
  variableGrads,
  type Scalar,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { ULPS } from '@tfjs-heads/reference';
import { check, type Check, type Checks } from '../check.js';
import { held, heldAgain } from '../outcome.js';
import { nearTrained, optimizers, stepOf, train, traineeOf, type Trained, type Trainee } from './trainee.js';

/** What training is for. The rate is so small that the path is nearly straight, whatever the loss. */
const lossGoesDown: Check = check({
  states: 'The loss of each of five steps of sgd with a small rate is smaller than the one before.',
  cases: () => [{}],
  async run({ subject, judge }) {
    const { losses } = await train(traineeOf(subject), optimizersOfTfjs.sgd(0.002), 5);
    losses.forEach((loss, i) =>
      judge.that(i === 0 || loss < (losses[i - 1] as number), `the loss does not go down: ${losses.join(', ')}`),
    );
  },
});

const CURVE_STEPS = 10;

/** Training on the backend under test and on plain cpu. */
const curvesAgree: Check = check({
  states: 'Ten steps with each optimizer follow the loss curve of plain cpu and end with its variables.',
  cases: () => Object.keys(optimizers).map((optimizer) => ({ optimizer })),
  async run({ subject, judge, onReference }, { optimizer }) {
    const run = (): Promise<Trained> => train(traineeOf(subject), optimizers[optimizer]?.(), CURVE_STEPS);
    const actual = await run();
    const expected = await onReference(run);
    nearTrained(judge, actual, expected, ULPS.TRAIN);
  },
});

/** All there is to a model is its variables: a head must keep nothing from one step for the next. */
const resumedGoesOn: Check = check({
  states: 'Training three steps, then three more with a new head and the variables read back, is training six.',
  cases: () => [{}],
  async run({ subject, judge }) {
    const sgd = optimizersOfTfjs.sgd(0.01);
    const through = await train(traineeOf(subject), sgd, 6);
    const first = await train(traineeOf(subject), sgd, 3);
    const second = await train(traineeOf(subject, first.variables), sgd, 3);
    nearTrained(judge, { ...second, losses: [...first.losses, ...second.losses] }, through, ULPS.ELEMENT);
  },
});

const RATE = 0.01;

/** What a step of plain gradient descent does, from what the gradient is said to be. */
const oneStepDescends: Check = check({
  states:
    'A step of sgd takes the gradient of the loss, regularization included, times the rate from each variable, once.',
  cases: () => [{ with: 'nothing' }, { with: 'regularization' }],
  async run({ subject, judge }, { with: extra }) {
    const trainee = traineeOf(subject);
    const { network, head } = trainee;
    // The penalty is counted in by hand: a head may leave it out of every gradient.
    const factor = extra === 'regularization' ? PENALTY : 0;
    const regularizationLosses = factor === 0 ? undefined : () => [penaltyOf(trainee)];
    const options = { mode: 'train', features: trainee.features } as const;
    const { value, grads } = variableGrads(
      () => head.loss(trainee.labels, trainee.logits(), options),
      [...network.variables],
    );
    const [plain = NaN] = await value.data();
    const start = await network.read();
    const spec = stepOf(trainee, { optimizer: optimizersOfTfjs.sgd(RATE), regularizationLosses });
    spec.trainOp();
    const penalty = factor * (start[0]?.values ?? []).reduce((total, weight) => total + weight * weight, 0);
    judge.near('the loss of the step', await spec.loss.data(), [plain + penalty], {
      k: ULPS.REDUCE,
      scale: Math.abs(plain) + penalty,
    });
    const end = await network.read();
    for (const [i, { values }] of start.entries()) {
      const gradient = await (grads[network.variables[i]?.name ?? ''] as Tensor).data();
      const step = values.map((weight, at) => RATE * ((gradient[at] as number) + (i === 0 ? 2 * factor * weight : 0)));
      const expected = values.map((weight, at) => weight - (step[at] as number));
      const scale = values.map((weight, at) => Math.max(Math.abs(weight), Math.abs(step[at] as number)));
      judge.near(`variable ${i}`, end[i]?.values ?? [], expected, { k: ULPS.ELEMENT, scale });
    }
  },
});

/** The penalty is so many times the sum of the squares of the first variable: enough to be seen in every step. */
const PENALTY = 2;

function penaltyOf({ network }: Trainee): Scalar {
  return mul(sum(square(network.variables[0] as Tensor)), PENALTY) as Scalar;
}

/** A step of this share of a variable is no rounding error. */
const FELT = 2 ** -20;

/** Fine-tuning: some layers stand still. */
const othersStandStill: Check = check({
  states:
    'Only trainableVariables change, each that has a gradient; the optimizer is called once a step, with a gradient for each of them.',
  cases: () => [{}],
  async run({ subject, judge }) {
    const trainee = traineeOf(subject);
    const { variables } = trainee.network;
    const trainableVariables = variables.slice(2);
    const start = await trainee.network.read();
    const sgd = optimizersOfTfjs.sgd(RATE);
    let steps: readonly { readonly name: string; readonly step: Tensor }[] = [];
    const names: string[][] = [];
    const optimizer: Pick<typeof sgd, 'applyGradients'> = {
      applyGradients(gradients) {
        const list = Array.isArray(gradients)
          ? gradients
          : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
        steps = list.flatMap(({ name, tensor }) => (tensor === null ? [] : [{ name, step: keep(mul(tensor, RATE)) }]));
        names.push(list.flatMap(({ name, tensor }) => (tensor === null ? [] : [name])).toSorted());
        sgd.applyGradients(gradients);
      },
    };
    const spec = stepOf(trainee, { optimizer, trainableVariables });
    judge.equal('the updates before trainOp', names, []);
    spec.trainOp();
    judge.equal('the updates', names, [trainableVariables.map(({ name }) => name).toSorted()]);
    const end = await trainee.network.read();
    for (const i of [0, 1])
      judge.same(`variable ${i}, which stands still`, end[i]?.values ?? [], start[i]?.values ?? []);
    const unchanged: number[] = [];
    for (const i of [2, 3]) {
      // A loss of rows that know each other may not change where all logits grow alike: the last bias then has a gradient of 0.
      const step = (await steps.find(({ name }) => name === variables[i]?.name)?.step.data()) ?? [];
      const moves = Array.from(step).some((by, at) => Math.abs(by) > FELT * (1 + Math.abs(start[i]?.values[at] ?? 0)));
      if ((moves || subject.rows !== 'dependent') && end[i]?.values.join() === start[i]?.values.join())
        unchanged.push(i);
    }
    for (const { step } of steps) step.dispose();
    judge.equal('the trainable variables that did not change', unchanged, []);
  },
});

const LEAK_STEPS = 20;

/** A tensor a step is a crash after a day. The first step does not count: it makes the optimizer's own variables. */
const stepsLeakNothing: Check = check({
  states:
    'Twenty steps, every third of which is given up before its update, leave as many tensors and buffers as there were.',
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
    for (let i = 1; i <= LEAK_STEPS; i++) step(i % 3 !== 0);
    await trainee.network.read();
    await heldAgain(judge, `${LEAK_STEPS} steps`, before);
  },
});

/** What holds of a head that trains a small network. */
export const trainingChecks: Checks = {
  curve: curvesAgree,
  'one-step': oneStepDescends,
  'goes-down': lossGoesDown,
  resumed: resumedGoesOn,
  'no-leak': stepsLeakNothing,
  'others-stand-still': othersStandStill,
};
