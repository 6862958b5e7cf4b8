import type { Check } from '../check.js';
import { lossAndGradient } from '../outcome.js';
import { loadCase } from './load-case.js';
import { tensorNear } from './near.js';

export const loss: Check = {
  states: 'The loss is the golden one, a float32 scalar.',
  cases: (_, goldens) => goldens?.cases.map(({ parameters }) => parameters) ?? [],
  async run(context, parameters) {
    const { golden, head, tensors: { logits, labels, features } } = loadCase(context, parameters);
    await tensorNear(context.judge, 'the loss', head.loss(labels, logits, { features }), [], golden.loss);
  },
};

export const gradient: Check = {
  states: 'The gradient of the loss with respect to the logits is the golden one, and the loss under the tape too.',
  cases: (_, goldens) => goldens?.cases.map(({ parameters }) => parameters) ?? [],
  async run(context, parameters) {
    const { golden, head, tensors } = loadCase(context, parameters);
    const { value, grad } = lossAndGradient(head, tensors, { mode: 'train' });
    await tensorNear(context.judge, 'the loss under the tape', value, [], golden.loss);
    await tensorNear(context.judge, 'the gradient', grad, tensors.logits.shape, golden.gradient);
  },
};
