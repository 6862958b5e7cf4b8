import { ModeKeys } from '@tfjs-heads/head-api';
import { headError } from '../error.js';
import { describe } from './describe.js';

/**
 * Checks the mode. The original trains in any mode it does not know, `predict` included, which is
 * spelled `infer`; here such a mode is refused.
 *
 * @throws MODE_INVALID
 */
export function checkMode(mode: unknown): ModeKeys {
  const modes = Object.values(ModeKeys);
  const known = modes.find((candidate) => candidate === mode);
  if (known !== undefined) return known;
  throw headError('MODE_INVALID', `mode must be one of ${modes.join(', ')}, got ${describe(mode)}.`);
}
