import {
  checkLossFn,
  checkOptions,
  checkReduction,
  describeValue,
  headError,
  type LossFn,
  squaredError,
} from '@tfjs-heads/head-kit';
import type { InverseLinkFn } from './inverse-link.js';
import { checkLabelDimension } from './label-dimension.js';
import {
  FAMILY_OPTIONS,
  RegressionFamilyHead,
  type RegressionFamilyHeadOptions,
  type RegressionPredictions,
} from './regression-family.js';

/** The options of {@link RegressionHead}. */
export interface RegressionHeadOptions extends RegressionFamilyHeadOptions {
  /** How many values there are for each example. Default: 1. */
  readonly labelDimension?: number | undefined;
  /** The loss of each element, `[D0, .., DN, labelDimension]`. Default: the squared error. */
  readonly lossFn?: LossFn | undefined;
  /** From logits to predictions; no part of the loss. Default: predictions are the logits. */
  readonly inverseLinkFn?: InverseLinkFn | undefined;
}

const OPTIONS: readonly (keyof RegressionHeadOptions)[] = [
  'labelDimension',
  'lossFn',
  'inverseLinkFn',
  ...FAMILY_OPTIONS,
];

/**
 * A head for regression, by default with the squared error.
 *
 * Logits are `[D0, .., DN, labelDimension]`; labels have the same shape or, for a label dimension of
 * 1, `[D0, .., DN]`. Both may be of any numeric dtype.
 */
export class RegressionHead extends RegressionFamilyHead<RegressionPredictions> {
  /** @throws LABEL_DIMENSION_INVALID, LOSS_REDUCTION_INVALID, LOSS_FN_INVALID, INVALID_ARGUMENT */
  constructor(options?: RegressionHeadOptions) {
    const {
      labelDimension = 1,
      lossFn,
      inverseLinkFn,
      lossReduction,
      weightColumn,
      name,
    } = checkOptions('RegressionHead', options, OPTIONS);
    const logitsDimension = checkLabelDimension(labelDimension);
    if (lossReduction !== undefined) checkReduction(lossReduction);
    checkLossFn(lossFn);
    if (inverseLinkFn !== undefined && typeof inverseLinkFn !== 'function') {
      throw headError('INVALID_ARGUMENT', `inverseLinkFn must be a function, got ${describeValue(inverseLinkFn)}.`);
    }
    super({
      logitsDimension,
      lossReduction,
      weightColumn,
      name,
      elementLoss: lossFn ?? squaredError,
      inverseLink: inverseLinkFn,
    });
  }
}
