import { inputOf } from '../../goldens/values.js';
import type { Check } from '../check.js';
import { Network } from '../training/network.js';
import { train } from '../training/trainee.js';
import { goldenOf, tensorsOfGolden } from './load-case.js';
import { near } from './near.js';
import { optimizerOf } from './optimizer.js';

const names = ['the kernel of the hidden layer', 'its bias', 'the last kernel', 'the last bias'] as const;

export const training: Check = {
  states: 'A network trained by an optimizer of tfjs has the golden losses and ends in the golden variables.',
  cases: (_, goldens) => goldens?.trainings.map(({ parameters }) => parameters) ?? [],
  async run({ subject, goldens, judge }, parameters) {
    const golden = goldenOf(goldens?.trainings, parameters);
    const { logits: inputs, labels, features } = tensorsOfGolden(subject, { ...golden, logits: golden.inputs });
    const network = new Network(golden.start.map(inputOf));
    const trainee = { head: subject.create(golden.options), network, labels, features, logits: () => network.apply(inputs) };
    const { losses, variables } = await train(trainee, optimizerOf(golden.optimizer), golden.steps);
    near(judge, 'the losses', losses, golden.losses);
    for (const [i, expected] of golden.end.entries()) near(judge, names[i] ?? `variable ${i}`, variables[i]?.values ?? [], expected);
  },
};
