// Heads to try a head of heads with, made of the kit: those of head-regression stand beside this package, not below it.
import { sigmoid } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ExportOutputs } from '@tfjs-heads/head-api';
import {
  BaseHead,
  type BaseHeadOptions,
  fromEach,
  LabelRange,
  type Loss,
  meanMetric,
  type MetricDefinition,
  predictOutput,
  type Predictors,
  type Quantities,
  regressionOutput,
  sameAs,
  sigmoidCrossEntropy,
  squaredError,
} from '@tfjs-heads/head-kit';

type NumberPredictions = { readonly predictions: Tensor; readonly logits?: Tensor };

/** What the original calls RegressionHead: squared errors of numbers. */
export class NumberHead extends BaseHead<Tensor, NumberPredictions> {
  protected override readonly elementLoss: Loss = squaredError;

  constructor({ logitsDimension = 1, ...options }: Partial<BaseHeadOptions> = {}) {
    super({ ...options, logitsDimension });
  }

  protected override predictors(logits: Tensor): Predictors<NumberPredictions> {
    return { predictions: () => logits };
  }

  protected override quantities(_logits: Tensor): Quantities {
    return { predictions: sameAs('logits') };
  }

  protected override metricDefinitions(regularization: readonly MetricDefinition[]): readonly MetricDefinition[] {
    return [
      meanMetric('average_loss', 'losses'),
      meanMetric('prediction/mean', 'predictions'),
      meanMetric('label/mean', 'labels'),
      ...regularization,
    ];
  }

  protected override exportsOf(predictions: NumberPredictions): ExportOutputs {
    const value = regressionOutput({ value: predictions.predictions });
    return { serving_default: value, regression: value, predict: predictOutput({ outputs: predictions }) };
  }
}

/** What the original calls LogisticRegressionHead: labels are probabilities, which are checked. */
export class ProbabilityHead extends NumberHead {
  protected override readonly elementLoss: Loss = sigmoidCrossEntropy;
  protected override readonly labelRange: LabelRange = new LabelRange({ min: 0, max: 1 });

  protected override predictors(logits: Tensor): Predictors<NumberPredictions> {
    return { predictions: () => sigmoid(logits), logits: () => logits };
  }

  protected override quantities(): Quantities {
    return { predictions: fromEach('logits', (logit) => 1 / (1 + Math.exp(-logit))) };
  }
}
