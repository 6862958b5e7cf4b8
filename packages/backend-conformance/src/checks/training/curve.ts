import { ULPS } from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import { optimizers } from './optimizers.js';
import { nearTrained, train, traineeOf, type Trained } from './trainee.js';

const STEPS = 10;

/** Training on the backend under test and on plain cpu. */
export const curvesAgree: Check = {
  states: 'Ten steps with each optimizer follow the loss curve of plain cpu and end with its variables.',
  cases: () => Object.keys(optimizers).map((optimizer) => ({ optimizer })),
  async run({ subject, judge, onReference }, { optimizer }) {
    const run = (): Promise<Trained> => train(traineeOf(subject), optimizers[optimizer as string]?.(), STEPS);
    const actual = await run();
    const expected = await onReference(run);
    nearTrained(judge, actual, expected, ULPS.TRAIN);
  },
};
