import { add, scalar } from '@tensorflow/tfjs-core';
import { check } from '@tfjs-heads/conformance-kit';
import { RegressionHead } from '@tfjs-heads/head-regression';

/** @type {import('@tfjs-heads/conformance-kit').Subjects} */
export const subjects = {
  Mine: { create: (options) => new RegressionHead(options), weights: 'logits' },
  Nameless: { create: (options) => new RegressionHead({ ...options, name: undefined }) },
};

/** @type {import('@tfjs-heads/conformance-kit').Families} */
export const families = {
  names: {
    given: check({
      states: 'A head has the name that it is given.',
      cases: () => [{ name: 'a' }],
      run: ({ subject, judge }, { name }) => judge.equal('the name', subject.create({ name }).name, name),
    }),
    add: check({
      states: 'One and one are two.',
      about: 'backend',
      cases: () => [{}],
      run: async ({ judge }) => judge.near('the sum', await add(scalar(1), scalar(1)).data(), [2], { k: 0, scale: 0 }),
    }),
  },
};
