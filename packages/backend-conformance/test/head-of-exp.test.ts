import { exp, mean, square, sub, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { expect, inject, test } from 'vitest';
import { runSession, suiteOf, type CaseResult, type Subjects } from '../src/index.js';

/** A head whose loss is right, by an operation whose second derivative tfjs gets wrong. */
const subjects: Subjects = {
  OfExp: {
    create: (options) =>
      Object.assign(new RegressionHead(options), {
        loss: (labels: Tensor, logits: Tensor): Scalar => mean(square(sub(exp(logits), labels))),
      }),
    weights: 'none',
  },
};

async function law(repair: boolean): Promise<CaseResult | undefined> {
  const request = { backend: inject('backend'), filters: ['OfExp:law:gradient-of-gradient'], repair, expectations: [] };
  for await (const message of runSession(await suiteOf(subjects), request))
    if (message.type === 'result') return message.result;
  return undefined;
}

// In this order: a repair stays for good.
test('where tfjs gets the second derivative of a loss wrong, the failure says that it is tfjs', async () => {
  expect(await law(false)).toMatchObject({
    status: 'fail',
    message: expect.stringMatching(
      /times the allowed error.*TensorFlow\.js is at fault.*'second-derivatives'/s,
    ) as string,
  });
});

test('with the repair the head passes', async () => {
  expect(await law(true)).toMatchObject({ status: 'pass' });
});
