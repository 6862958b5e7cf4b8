import { type Accumulator, divided } from './accumulator.js';
import { StreamingMetric } from './streaming-metric.js';

/**
 * The weighted sum of a quantity, and the sum of the broadcast weights. For {@link average} and {@link majority}.
 *
 * @param quantity Its name.
 * @param weights The name of its weights; null: none. Where the batch has none of that name, each weight is 1.
 */
export function mean(quantity: string, weights: string | null = 'weights'): Accumulator {
  return {
    id: `mean(${quantity},${weights ?? ''})`,
    kind: 'mean',
    size: 2,
    reads: weights === null ? [quantity] : [quantity, `${weights}?`],
    add(batch, sums) {
      const { values } = batch.get(quantity);
      const { values: weightValues, trailing } = batch.weightsOver(quantity, weights);
      sums.addProducts(0, values, weightValues, trailing);
      sums.addSum(1, batch.totalWeight(quantity, weights), 0);
    },
  };
}

/** What {@link mean} comes to: 0 for no weight at all. */
export function average(sums: ArrayLike<number>): number {
  return divided(sums[0] as number, sums[1] as number);
}

/**
 * How often the more frequent of the labels 0 and 1 comes, from the {@link mean} of the labels: the accuracy of who always
 * says the same, as `accuracy_baseline` of the original; 0 of no weight at all.
 */
export function majority(sums: ArrayLike<number>): number {
  const [ones, all] = [sums[0] as number, sums[1] as number];
  return divided(Math.max(ones, all - ones), all);
}

/**
 * The weighted mean of everything seen: the sum of value times weight over the sum of the broadcast
 * weights, and 0 when that is 0.
 *
 * `update(values, weights?)`: the weights are one scalar, or have the values' rank with each
 * dimension equal to theirs or 1, or lack or exceed it by one last dimension of 1. Weights of a lower
 * rank than that weigh the means over the values' trailing dimensions.
 *
 * ```ts
 * const mean = new Mean();
 * mean.update(tf.tensor([1, 2, 3]), tf.tensor([1, 0, 2]));
 * await mean.result(); // 7 / 3
 * ```
 */
export class Mean extends StreamingMetric {
  constructor() {
    super(mean('values'), average);
  }

  /** The sum of value times weight. */
  get total(): number {
    return this.sums.rounded()[0] as number;
  }

  /** The sum of the broadcast weights. */
  get count(): number {
    return this.sums.rounded()[1] as number;
  }
}
