import type { Checks } from '../check.js';
import { curvesAgree } from './curve.js';
import { lossGoesDown } from './descends.js';
import { stepsLeakNothing } from './no-leak.js';
import { oneStepDescends } from './one-step.js';
import { othersStandStill } from './others-stand-still.js';
import { resumedGoesOn } from './resumed.js';

/** What holds of a head that trains a small network. */
export const trainingChecks: Checks = {
  curve: curvesAgree,
  'one-step': oneStepDescends,
  'goes-down': lossGoesDown,
  resumed: resumedGoesOn,
  'no-leak': stepsLeakNothing,
  'others-stand-still': othersStandStill,
};
