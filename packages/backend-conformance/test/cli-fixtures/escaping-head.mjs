import { RegressionHead } from '@tfjs-heads/head-regression';

class Escaping extends RegressionHead {
  /**
   * @override
   * @returns {never}
   */
  loss() {
    console.log('\u001B]0;owned\u0007printed');
    throw new Error('thrown \u001B[2J\u202E');
  }
}

/** @type {import('@tfjs-heads/backend-conformance').Subjects} */
export const subjects = { Escaping: { create: (options) => new Escaping(options) } };
