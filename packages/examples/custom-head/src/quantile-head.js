import { cast, greater, mul, sub, zerosLike } from '@tensorflow/tfjs-core';
import { BaseHead, meanMetric } from '@tfjs-heads/head-kit';

/**
 * The pinball loss (Koenker and Bassett, 1978): least where a share `quantile` of the labels lies below the logit. Where
 * logit and label meet it has a kink; the slope there is that from below.
 *
 * @type {(quantile: number) => import('@tfjs-heads/head-kit').ElementLoss}
 */
const pinball = (quantile) => ({
  name: 'pinball',
  evaluate(logits, labels, index, out) {
    const excess = logits[index] - labels[index];
    out.derivative = (excess > 0 ? 1 : 0) - quantile;
    out.loss = excess * out.derivative;
    out.curvature = 0;
  },
  compose(logits, labels) {
    const slope = sub(cast(greater(logits, labels), 'float32'), quantile);
    return { losses: mul(sub(logits, labels), slope), gradient: () => slope, hessianTimes: zerosLike };
  },
});

/**
 * Predicts a quantile: with 0.9, a number that nine labels in ten do not exceed.
 *
 * @extends {BaseHead<import('@tensorflow/tfjs-core').Tensor, { readonly predictions: import('@tensorflow/tfjs-core').Tensor }>}
 */
export class QuantileHead extends BaseHead {
  /** @param {{ quantile?: number } & Partial<import('@tfjs-heads/head-kit').BaseHeadOptions>} options */
  constructor({ quantile = 0.5, ...options } = {}) {
    super({ logitsDimension: 1, ...options });
    this.elementLoss = pinball(quantile);
  }
  /** @param {import('@tensorflow/tfjs-core').Tensor} logits */
  predictors(logits) {
    return { predictions: () => logits };
  }
  /** @type {BaseHead['metricDefinitions']} */
  metricDefinitions(regularization) {
    return [meanMetric('average_loss', 'losses'), ...regularization];
  }
}

/** @type {import('@tfjs-heads/backend-conformance').Subjects} */
export const subjects = {
  QuantileHead: { create: (options) => new QuantileHead({ quantile: 0.9, ...options }), metrics: ['average_loss'] },
};
