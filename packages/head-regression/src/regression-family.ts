import type { Tensor } from '@tensorflow/tfjs-core';
import type { ExportOutputs, Reduction } from '@tfjs-heads/head-api';
import {
  BaseHead,
  type BaseHeadOptions,
  type ElementLoss,
  fromEach,
  type LabelRange,
  type LossFn,
  meanMetric,
  type MetricDefinition,
  predictOutput,
  type Predictors,
  type Quantities,
  regressionOutput,
  sameAs,
  type WeightColumn,
} from '@tfjs-heads/head-kit';
import { applyLink, type InverseLinkFn, type KnownLink } from './inverse-link.js';

/** The options that the heads of the family have in common. */
export interface RegressionFamilyHeadOptions {
  /**
   * The feature that holds the weights: its name, or a `numericColumn`. Weights are of shape
   * `[D0, .., DN]`, `[D0, .., DN, 1]` or the logits'. Default: none.
   */
  readonly weightColumn?: WeightColumn | undefined;
  /** Default: `sum_over_batch_size`, the sum divided by batch size times label dimension. */
  readonly lossReduction?: Reduction | undefined;
  /** Metric and summary keys end in `/name`. Default: no name. */
  readonly name?: string | undefined;
}

/** What a head with an inverse link predicts: `[D0, .., DN, labelDimension]`, float32 unless a function of the user's makes them. */
export type LinkedPredictions = { readonly predictions: Tensor; readonly logits: Tensor };

/** What a head of the family predicts: `logits` only with an inverse link, since they are the predictions without. */
export type RegressionPredictions = { readonly predictions: Tensor; readonly logits?: Tensor };

/** The names of {@link RegressionFamilyHeadOptions}. */
export const FAMILY_OPTIONS: readonly (keyof RegressionFamilyHeadOptions)[] = ['weightColumn', 'lossReduction', 'name'];

/** What tells one head of the family from another. */
export interface RegressionFamilyOptions extends BaseHeadOptions {
  readonly elementLoss: ElementLoss | LossFn;
  readonly inverseLink?: KnownLink | InverseLinkFn | undefined;
  readonly labelRange?: LabelRange | undefined;
}

/** Predictions, metrics and exports of the heads that predict numbers. */
export abstract class RegressionFamilyHead<P extends RegressionPredictions> extends BaseHead<Tensor, P> {
  protected override readonly elementLoss: ElementLoss | LossFn;
  protected override readonly labelRange: LabelRange | undefined;
  readonly #inverseLink: KnownLink | InverseLinkFn | undefined;

  constructor({ elementLoss, inverseLink, labelRange, ...options }: RegressionFamilyOptions) {
    super(options);
    this.elementLoss = elementLoss;
    this.labelRange = labelRange;
    this.#inverseLink = inverseLink;
  }

  protected override predictors(logits: Tensor): Predictors<P> {
    const link = this.#inverseLink;
    const predictors: Predictors<RegressionPredictions> =
      link === undefined
        ? { predictions: () => logits }
        : { predictions: () => applyLink(link, logits), logits: () => logits };
    return predictors as Predictors<P>;
  }

  protected override metricDefinitions(regularization: readonly MetricDefinition[]): readonly MetricDefinition[] {
    return [
      meanMetric('average_loss', 'losses'),
      meanMetric('prediction/mean', 'predictions'),
      meanMetric('label/mean', 'labels'),
      ...regularization,
    ];
  }

  /** The predictions of a link that only the user knows must be made on the device. */
  protected override quantities(logits: Tensor): Quantities {
    const link = this.#inverseLink;
    if (typeof link === 'function') return { predictions: { make: () => applyLink(link, logits) } };
    return { predictions: link === undefined ? sameAs('logits') : fromEach('logits', link.value) };
  }

  protected override exportsOf(predictions: P): ExportOutputs {
    const value = regressionOutput({ value: predictions.predictions });
    return { serving_default: value, regression: value, predict: predictOutput({ outputs: predictions }) };
  }
}
