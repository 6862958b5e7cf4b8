import { RegressionHead } from '@tfjs-heads/head-regression';

/** @type {import('@tfjs-heads/backend-conformance').Subjects} */
export const subjects = { ['x'.repeat(1600)]: { create: (options) => new RegressionHead(options) } };
