import type { Tensor } from '@tensorflow/tfjs-core';
import type { Metrics } from '@tfjs-heads/head-api';
import {
  BASE_HEAD_OPTIONS,
  BaseHead,
  type BaseHeadOptions,
  checkOptions,
  type CustomLoss,
  LabelRange,
  type Loss,
  type LossFn,
  meanMetric,
  type MetricDefinition,
  sigmoidCrossEntropy,
  squaredError,
} from '../src/index.js';

export interface ToyHeadOptions extends Partial<BaseHeadOptions> {
  /** Default: the squared error. */
  readonly loss?: Loss | LossFn | CustomLoss;
  readonly labelRange?: LabelRange;
  /** From logits to predictions. Default: they are the logits. */
  readonly link?: (logits: Tensor) => Tensor;
}

const OPTIONS: readonly (keyof ToyHeadOptions)[] = ['loss', 'labelRange', 'link', ...BASE_HEAD_OPTIONS];

/** As small as a head of the kit's can be: what a test of the kit shows of it holds for any. */
export class ToyHead extends BaseHead {
  protected override readonly elementLoss: Loss | LossFn | CustomLoss;
  protected override readonly labelRange: LabelRange | undefined;
  readonly #link: (logits: Tensor) => Tensor;

  constructor(given?: ToyHeadOptions) {
    const {
      loss = squaredError,
      labelRange,
      link = (logits: Tensor) => logits,
      logitsDimension = 1,
      ...options
    } = checkOptions('ToyHead', given, OPTIONS);
    super({ logitsDimension, ...options });
    this.elementLoss = loss;
    this.labelRange = labelRange;
    this.#link = link;
  }

  protected override predictors(logits: Tensor): Record<string, () => Tensor> {
    return { predictions: () => this.#link(logits), logits: () => logits };
  }

  protected override metricDefinitions(regularization: readonly MetricDefinition[]): MetricDefinition[] {
    return [meanMetric('average_loss', 'losses'), meanMetric('label/mean', 'labels'), ...regularization];
  }
}

/** One whose labels are probabilities. */
export function logisticHead(options: ToyHeadOptions = {}): ToyHead {
  return new ToyHead({ loss: sigmoidCrossEntropy, labelRange: new LabelRange({ min: 0, max: 1 }), ...options });
}

/** What the metrics have come to, by key. */
export async function results(metrics: Metrics): Promise<Record<string, number>> {
  const entries = Object.entries(metrics).map(async ([key, metric]) => [key, await metric.result()] as const);
  return Object.fromEntries(await Promise.all(entries));
}
