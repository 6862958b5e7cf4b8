import type { RowFormula } from './cross-entropy.js';
import type { Formula } from './formulas.js';
import { inFloat32, over, sumOf, times, type Scaled } from './scaled.js';

/** A batch, row-major. There is one weight for each logit, or for each row of them, or none at all. */
export interface ReferenceBatch {
  readonly logits: readonly number[];
  readonly labels: readonly number[];
  readonly weights?: readonly number[] | undefined;
}

/** The reductions that make one number of a batch, as head-api names them. */
export type Reducing = 'auto' | 'sum' | 'sum_over_batch_size';

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
export function trainingLoss(
  formula: Formula,
  batch: ReferenceBatch,
  reduction: Reducing,
): { loss: Scaled; gradient: Scaled[] } {
  const { logits, labels } = batch;
  const weights = weightOfEach(batch);
  const divisor = reduction === 'sum' ? 1 : logits.length;
  const weighed = (evaluate: Formula['loss']): Scaled[] =>
    logits.map((x, i) => times(inFloat32(evaluate(x, labels[i] as number)), weights[i] as number));
  return {
    loss: inFloat32(over(sumOf(weighed(formula.loss)), divisor)),
    gradient: weighed(formula.derivative).map((slope) => inFloat32(over(slope, divisor))),
  };
}

/**
 * The same of a loss of rows of `k` logits, which have one weight each; the divisor is their number.
 *
 * @param k How many logits a row has.
 */
export function trainingLossOfRows(
  formula: RowFormula,
  { logits, labels, weights }: ReferenceBatch,
  k: number,
  reduction: Reducing,
): { loss: Scaled; gradient: Scaled[] } {
  const count = logits.length / k;
  const divisor = reduction === 'sum' ? 1 : count;
  const rows = Array.from({ length: count }, (_, row) => ({
    x: rowOf(logits, row, count),
    z: rowOf(labels, row, count),
    weight: weights?.[row] ?? 1,
  }));
  return {
    loss: inFloat32(over(sumOf(rows.map(({ x, z, weight }) => times(inFloat32(formula.loss(x, z)), weight))), divisor)),
    gradient: rows.flatMap(({ x, z, weight }) =>
      formula.gradient(x, z).map((slope) => inFloat32(over(times(slope, weight), divisor))),
    ),
  };
}

/** One of so many rows of values. */
function rowOf(values: readonly number[], row: number, count: number): readonly number[] {
  const size = values.length / count;
  return values.slice(row * size, (row + 1) * size);
}

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
