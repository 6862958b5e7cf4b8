import { RegressionHead } from '@tfjs-heads/head-regression';

/** @type {import('@tfjs-heads/backend-conformance').Subjects} */
export const subjects = {
  // It takes no notice of the reduction that it is asked for.
  Forgetful: { create: (options) => new RegressionHead({ ...options, lossReduction: 'sum' }) },
};
