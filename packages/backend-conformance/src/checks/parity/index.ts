import type { Checks } from '../check.js';
import { outputsAgree } from './outputs.js';
import { specsAgree } from './specs.js';

/** What must be the same on the backend under test as on plain cpu, whatever the head computes. */
export const parityChecks: Checks = {
  outputs: outputsAgree,
  specs: specsAgree,
};
