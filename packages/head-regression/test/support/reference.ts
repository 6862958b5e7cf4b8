// What the heads must compute, in doubles and as plainly as possible. It shares nothing with the
// packages and knows no tensors.
import { total } from './numbers.js';

/** The loss of one logit x and one label z, its derivatives by x, and what x predicts. */
export interface Formula {
  value(x: number, z: number): number;
  derivative(x: number, z: number): number;
  curvature(x: number, z: number): number;
  predict(x: number): number;
}

export const squared: Formula = {
  value: (x, z) => (x - z) ** 2,
  derivative: (x, z) => 2 * (x - z),
  curvature: () => 2,
  predict: (x) => x,
};

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export const logistic: Formula = {
  value: (x, z) => (x > 0 ? x : 0) - x * z + Math.log1p(Math.exp(-Math.abs(x))),
  derivative: (x, z) => sigmoid(x) - z,
  curvature: (x) => sigmoid(x) * sigmoid(-x),
  predict: sigmoid,
};

export const poisson: Formula = {
  value: (x, z) => Math.exp(x) - z * x,
  derivative: (x, z) => Math.exp(x) - z,
  curvature: (x) => Math.exp(x),
  predict: Math.exp,
};

export const fullPoisson: Formula = {
  ...poisson,
  value: (x, z) => poisson.value(x, z) + (z > 1 ? z * Math.log(z) - z + Math.log(2 * Math.PI * z) / 2 : 0),
};

/** Row-major. There is one weight for each logit, or for each row of them, or none at all. */
export interface Numbers {
  readonly logits: readonly number[];
  readonly labels: readonly number[];
  readonly weights?: readonly number[] | undefined;
}

export type Reducing = 'auto' | 'sum' | 'sum_over_batch_size';

/** The weight of each logit. */
export function broadcastWeights({ logits, weights }: Numbers): number[] {
  if (weights === undefined) return logits.map(() => 1);
  const columns = logits.length / weights.length;
  return logits.map((_, index) => weights[Math.floor(index / columns)] ?? NaN);
}

/** The training loss and its derivatives, each with the size of what it is a sum of. */
export function trainingLoss(
  formula: Formula,
  numbers: Numbers,
  reduction: Reducing,
): { loss: number; scale: number; gradient: number[]; curvature: number[] } {
  const { logits, labels } = numbers;
  const divisor = reduction === 'sum' ? 1 : logits.length;
  const weights = broadcastWeights(numbers);
  const weigh = (evaluate: (x: number, z: number) => number): number[] =>
    logits.map((x, index) => (evaluate(x, labels[index] ?? NaN) * (weights[index] ?? NaN)) / divisor);
  const terms = weigh(formula.value);
  return {
    loss: total(terms),
    scale: total(terms.map(Math.abs)),
    gradient: weigh(formula.derivative),
    curvature: weigh(formula.curvature),
  };
}

/** The metrics over several batches. */
export function metricValues(formula: Formula, batches: readonly Numbers[]): Record<string, number> {
  const mean = (evaluate: (x: number, z: number) => number): number => {
    const sums = batches.flatMap((batch) =>
      broadcastWeights(batch).map((w, index) => ({ w, v: w * evaluate(batch.logits[index] ?? NaN, batch.labels[index] ?? NaN) })),
    );
    const count = total(sums.map(({ w }) => w));
    return count === 0 ? 0 : total(sums.map(({ v }) => v)) / count;
  };
  return {
    average_loss: mean(formula.value),
    'prediction/mean': mean((x) => formula.predict(x)),
    'label/mean': mean((_, z) => z),
  };
}
