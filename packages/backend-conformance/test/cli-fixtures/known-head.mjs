import { RegressionHead } from '@tfjs-heads/head-regression';

/**
 * @param {string} query
 * @returns {import('@tfjs-heads/backend-conformance').Expectation}
 */
const known = (query) => ({ query, reason: 'It forgets which reduction it was asked for.', upstream: null });

/** @type {(options: import('@tfjs-heads/backend-conformance').HeadOptions) => RegressionHead} */
const create = (options) => new RegressionHead({ ...options, lossReduction: 'sum' });

/** @type {import('@tfjs-heads/backend-conformance').Subjects} */
export const subjects = {
  Known: { create, expectedFailures: [known('Known:law:mean-is-sum-over-size:rows=33')] },
  Stale: { create, expectedFailures: [known('*:law:mean-is-sum-over-size')] },
  Unknown: { create },
};
