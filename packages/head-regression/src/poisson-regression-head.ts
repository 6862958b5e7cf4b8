import { checkOptions, describeValue, fullLogPoisson, headError, logPoisson } from '@tfjs-heads/head-kit';
import { expLink } from './inverse-link.js';
import { checkLabelDimension } from './label-dimension.js';
import {
  FAMILY_OPTIONS,
  type LinkedPredictions,
  RegressionFamilyHead,
  type RegressionFamilyHeadOptions,
} from './regression-family.js';

/** The options of {@link PoissonRegressionHead}. */
export interface PoissonRegressionHeadOptions extends RegressionFamilyHeadOptions {
  /** How many counts there are for each example. Default: 1. */
  readonly labelDimension?: number | undefined;
  /** Whether the loss includes Stirling's approximation of `log(z!)` for counts above 1. Default: true. */
  readonly computeFullLoss?: boolean | undefined;
}

const OPTIONS: readonly (keyof PoissonRegressionHeadOptions)[] = [
  'labelDimension',
  'computeFullLoss',
  ...FAMILY_OPTIONS,
];

/**
 * A head for counts: the logits are logarithms of the expected count, and the loss is the negative
 * log likelihood of a Poisson distribution. Predictions are `exp(logits)`.
 *
 * Labels are not checked for their range; a negative one makes the full loss NaN.
 */
export class PoissonRegressionHead extends RegressionFamilyHead<LinkedPredictions> {
  /** @throws LABEL_DIMENSION_INVALID, LOSS_REDUCTION_INVALID, INVALID_ARGUMENT */
  constructor(options?: PoissonRegressionHeadOptions) {
    const {
      labelDimension = 1,
      computeFullLoss = true,
      lossReduction,
      weightColumn,
      name,
    } = checkOptions('PoissonRegressionHead', options, OPTIONS);
    if (typeof computeFullLoss !== 'boolean') {
      throw headError(
        'INVALID_ARGUMENT',
        `computeFullLoss must be true or false, got ${describeValue(computeFullLoss)}.`,
      );
    }
    super({
      logitsDimension: checkLabelDimension(labelDimension),
      lossReduction,
      weightColumn,
      name,
      elementLoss: computeFullLoss ? fullLogPoisson : logPoisson,
      inverseLink: expLink,
    });
  }
}
