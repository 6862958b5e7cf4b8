import { RegressionHead } from '@tfjs-heads/head-regression';

const home = process.cwd(); // A page has none.

/** @type {import('@tfjs-heads/backend-conformance').Subjects} */
export const subjects = { Mine: { create: (options) => new RegressionHead({ ...options, name: home }) } };
