import type { Formula } from './formula.js';
import { weightOfEach, type ReferenceBatch } from './reduce.js';
import { inFloat32, over, sumOf, times, type Scaled } from './scaled.js';

/** The metrics of a regression head over several batches: weighted means, 0 where the weights sum to 0. */
export function regressionMetrics(formula: Formula, batches: readonly ReferenceBatch[]): Record<string, Scaled> {
  const weights = batches.map(weightOfEach);
  const count = sumOf(weights.flat().map((value) => ({ value, scale: 0 })));
  const mean = (evaluate: (x: number, z: number) => Scaled): Scaled => {
    if (count.value === 0) return { value: 0, scale: 0 };
    const terms = batches.flatMap(({ logits, labels }, batch) =>
      logits.map((x, i) => times(inFloat32(evaluate(x, labels[i] as number)), weights[batch]?.[i] as number)),
    );
    return inFloat32(over(sumOf(terms), count.value));
  };
  return {
    average_loss: mean(formula.loss),
    'prediction/mean': mean(formula.predict),
    'label/mean': mean((_, z) => ({ value: z, scale: 0 })),
  };
}
