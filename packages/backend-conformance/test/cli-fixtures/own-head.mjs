import { RegressionHead } from '@tfjs-heads/head-regression';

/** @type {import('@tfjs-heads/backend-conformance').Subjects} */
export const subjects = { Mine: { create: (options) => new RegressionHead(options), weights: 'logits' } };
