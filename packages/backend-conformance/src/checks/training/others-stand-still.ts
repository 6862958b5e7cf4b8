import { keep, mul, train as optimizersOfTfjs, type Tensor } from '@tensorflow/tfjs-core';
import type { Check } from '../check.js';
import { stepOf, traineeOf } from './trainee.js';

const RATE = 0.01;

/** A step of this share of a variable is no rounding error. */
const FELT = 2 ** -20;

/** Fine-tuning: some layers stand still. */
export const othersStandStill: Check = {
  states: 'Only trainableVariables change, each that has a gradient; the optimizer is called once a step, with a gradient for each of them.',
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
        const list = Array.isArray(gradients) ? gradients : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
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
    for (const i of [0, 1]) judge.same(`variable ${i}, which stands still`, end[i]?.values ?? [], start[i]?.values ?? []);
    const unchanged: number[] = [];
    for (const i of [2, 3]) {
      // A loss of rows that know each other may not change where all logits grow alike: the last bias then has a gradient of 0.
      const step = (await steps.find(({ name }) => name === variables[i]?.name)?.step.data()) ?? [];
      const moves = Array.from(step).some((by, at) => Math.abs(by) > FELT * (1 + Math.abs(start[i]?.values[at] ?? 0)));
      if ((moves || subject.rows !== 'dependent') && end[i]?.values.join() === start[i]?.values.join()) unchanged.push(i);
    }
    for (const { step } of steps) step.dispose();
    judge.equal('the trainable variables that did not change', unchanged, []);
  },
};
