import { Reduction } from '@tfjs-heads/head-api';
import { describe } from '../checks/describe.js';
import { readOptions } from '../checks/options.js';
import { checkReduction } from '../checks/reduction.js';
import { headError } from '../error.js';
import type { WeightColumn } from '../weights.js';

/** What every head is made with. */
export interface BaseHeadOptions {
  readonly logitsDimension: number;
  /** Metric and summary keys end in `/name`. Default: no name. */
  readonly name?: string | undefined;
  /** Default: `sum_over_batch_size`. */
  readonly lossReduction?: Reduction | undefined;
  /** The feature that holds the weights of the examples. Default: none. */
  readonly weightColumn?: WeightColumn | undefined;
}

/** The names of {@link BaseHeadOptions}, for a subclass to check its own with. */
export const BASE_HEAD_OPTIONS: readonly (keyof BaseHeadOptions)[] = [
  'logitsDimension',
  'name',
  'lossReduction',
  'weightColumn',
];

/**
 * The options with their defaults, whatever others there are.
 *
 * @throws LOSS_REDUCTION_INVALID, INVALID_ARGUMENT
 */
export function checkBaseHeadOptions(
  options: BaseHeadOptions,
): BaseHeadOptions & { readonly lossReduction: Reduction } {
  const {
    logitsDimension,
    name,
    lossReduction = Reduction.SUM_OVER_BATCH_SIZE,
    weightColumn,
  } = readOptions('a head', options, BASE_HEAD_OPTIONS);
  if (typeof logitsDimension !== 'number' || !Number.isInteger(logitsDimension) || logitsDimension < 1) {
    throw headError(
      'INVALID_ARGUMENT',
      `logitsDimension must be a whole number from 1 on, got ${describe(logitsDimension)}.`,
    );
  }
  if (name !== undefined && name !== null && typeof name !== 'string') {
    throw headError('INVALID_ARGUMENT', `name must be a string, got ${describe(name)}.`);
  }
  return { logitsDimension, name: name ?? undefined, lossReduction: checkReduction(lossReduction), weightColumn };
}
