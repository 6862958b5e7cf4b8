import { goldens } from '@tfjs-heads/backends';
import type { Check } from '../check.js';

const nameOf = (golden: string): string => golden.replaceAll(' ', '-');

/** The known values that `startBackend` holds a backend to, one case each. */
export const selfTest: Check = {
  states: 'The backend gives the known values of the self-test of @tfjs-heads/backends.',
  about: 'backend',
  cases: () => goldens.map(({ name }) => ({ case: nameOf(name) })),
  async run({ judge }, parameters) {
    const golden = goldens.find(({ name }) => nameOf(name) === parameters['case']);
    if (golden === undefined) throw new Error(`There is no golden ${String(parameters['case'])}.`);
    const { name, run, expected, k, scale } = golden;
    judge.near(name, await run().data(), expected, { k, scale });
  },
};
