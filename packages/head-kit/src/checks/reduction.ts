import { Reduction } from '@tfjs-heads/head-api';
import { headError } from '../error.js';
import { describe } from './describe.js';

/** Which reductions a head accepts. */
const ACCEPTED: readonly Reduction[] = [Reduction.AUTO, Reduction.SUM, Reduction.SUM_OVER_BATCH_SIZE];

/**
 * Checks the loss reduction of a head.
 *
 * @throws LOSS_REDUCTION_INVALID for `none` and for unknown strings; case matters.
 */
export function checkReduction(reduction: unknown): Reduction {
  const accepted = ACCEPTED.find((known) => known === reduction);
  if (accepted === undefined) {
    throw headError(
      'LOSS_REDUCTION_INVALID',
      `Invalid loss_reduction: lossReduction must be one of ${ACCEPTED.join(', ')}, got ${describe(reduction)}.`,
    );
  }
  return accepted;
}
