import type { Reduction } from '@tfjs-heads/head-api';
import type { Formula } from './formula.js';
import { inFloat32, over, sumOf, times, type Scaled } from './scaled.js';

/** A batch, row-major. There is one weight for each logit, or for each row of them, or none at all. */
export interface ReferenceBatch {
  readonly logits: readonly number[];
  readonly labels: readonly number[];
  readonly weights?: readonly number[] | undefined;
}

/** The weight of each logit, whether the weights came as `[D0..DN]`, `[D0..DN, 1]` or `[D0..DN, K]`. */
export function weightOfEach({ logits, weights }: ReferenceBatch): number[] {
  if (weights === undefined) return logits.map(() => 1);
  const columns = logits.length / weights.length;
  return logits.map((_, i) => weights[Math.floor(i / columns)] as number);
}

/**
 * The training loss and its gradient by the logits: the weighted sum of the element losses, which all reductions but
 * `sum` divide by the number of elements, never by the weights.
 */
export function trainingLoss(formula: Formula, batch: ReferenceBatch, reduction: Reduction): { loss: Scaled; gradient: Scaled[] } {
  const { logits, labels } = batch;
  const weights = weightOfEach(batch);
  const divisor = reduction === 'sum' ? 1 : logits.length;
  const weighed = (evaluate: Formula['loss']): Scaled[] =>
    logits.map((x, i) => times(inFloat32(evaluate(x, labels[i] as number)), weights[i] as number));
  return {
    loss: inFloat32(over(sumOf(weighed(formula.loss)), divisor)),
    gradient: weighed(formula.derivative).map((each) => inFloat32(over(each, divisor))),
  };
}
