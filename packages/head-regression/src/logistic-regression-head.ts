import { checkOptions, LabelRange, sigmoidCrossEntropy } from '@tfjs-heads/head-kit';
import { sigmoidLink } from './inverse-link.js';
import {
  FAMILY_OPTIONS,
  type LinkedPredictions,
  RegressionFamilyHead,
  type RegressionFamilyHeadOptions,
} from './regression-family.js';

/** The options of {@link LogisticRegressionHead}. */
export type LogisticRegressionHeadOptions = RegressionFamilyHeadOptions;

/**
 * A head for logistic regression: logits are log odds, `[D0, .., DN, 1]`; labels are probabilities,
 * in [0, 1]; predictions are `sigmoid(logits)`. Its metrics are those of a regression.
 */
export class LogisticRegressionHead extends RegressionFamilyHead<LinkedPredictions> {
  /** @throws LOSS_REDUCTION_INVALID, INVALID_ARGUMENT */
  constructor(options?: LogisticRegressionHeadOptions) {
    const { lossReduction, weightColumn, name } = checkOptions('LogisticRegressionHead', options, FAMILY_OPTIONS);
    super({
      logitsDimension: 1,
      lossReduction,
      weightColumn,
      name,
      elementLoss: sigmoidCrossEntropy,
      inverseLink: sigmoidLink,
      labelRange: new LabelRange({ min: 0, max: 1 }),
    });
  }
}
