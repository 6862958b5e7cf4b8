import { train as optimizersOfTfjs } from '@tensorflow/tfjs-core';
import type { Check } from '../check.js';
import { stepOf, traineeOf } from './trainee.js';

/** Fine-tuning: some layers stand still. */
export const othersStandStill: Check = {
  states: 'Only trainableVariables change; the optimizer is called once a step, with a gradient for each of them.',
  cases: () => [{}],
  async run({ subject, judge }) {
    const trainee = traineeOf(subject);
    const { variables } = trainee.network;
    const trainableVariables = variables.slice(2);
    const start = await trainee.network.read();
    const sgd = optimizersOfTfjs.sgd(0.01);
    const names: string[][] = [];
    const optimizer: Pick<typeof sgd, 'applyGradients'> = {
      applyGradients(gradients) {
        const list = Array.isArray(gradients) ? gradients : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
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
    const unchanged = [2, 3].filter((i) => end[i]?.values.join() === start[i]?.values.join());
    judge.equal('the trainable variables that did not change', unchanged, []);
  },
};
