// A network with one hidden layer of relu, trained in doubles.
import type { Problem } from './problem.js';
import { trainingLoss, type Formula } from './reference.js';

/** Changes parameters in place. */
export type Step = (parameters: readonly number[][], gradients: readonly (readonly number[])[]) => void;

/** Trains on the whole problem with `sum_over_batch_size`. */
export function trainReference(
  problem: Problem,
  formula: Formula,
  step: Step,
  steps: number,
): { losses: number[]; parameters: number[][] } {
  const { rows, inputs, hidden, outputs } = problem.size;
  const parameters = problem.parameters.map(({ values }) => [...values]);
  const [w1 = [], b1 = [], w2 = [], b2 = []] = parameters;
  const losses = Array.from({ length: steps }, () => {
    const before = plus(times(problem.x, w1, rows, inputs, hidden), b1);
    const activations = before.map((value) => Math.max(value, 0));
    const logits = plus(times(activations, w2, rows, hidden, outputs), b2);
    const { loss, gradient } = trainingLoss(formula, { ...problem, logits }, 'sum_over_batch_size');
    const backwards = times(gradient, transposed(w2, hidden, outputs), rows, outputs, hidden);
    const hiddenGradient = backwards.map((value, at) => ((before[at] ?? 0) > 0 ? value : 0));
    step(parameters, [
      times(transposed(problem.x, rows, inputs), hiddenGradient, inputs, rows, hidden),
      columnSums(hiddenGradient, hidden),
      times(transposed(activations, rows, hidden), gradient, hidden, rows, outputs),
      columnSums(gradient, outputs),
    ]);
    return loss;
  });
  return { losses, parameters };
}

type Matrix = readonly number[];

/** `[n, m]` times `[m, k]`. */
function times(a: Matrix, b: Matrix, n: number, m: number, k: number): number[] {
  const product = Array.from({ length: n * k }, () => 0);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) {
      for (let l = 0; l < m; l++) product[i * k + j] = (product[i * k + j] ?? NaN) + (a[i * m + l] ?? NaN) * (b[l * k + j] ?? NaN);
    }
  }
  return product;
}

function transposed(a: Matrix, n: number, m: number): number[] {
  return Array.from({ length: n * m }, (_, at) => a[(at % n) * m + Math.floor(at / n)] ?? NaN);
}

function plus(a: Matrix, row: Matrix): number[] {
  return a.map((value, at) => value + (row[at % row.length] ?? NaN));
}

function columnSums(a: Matrix, columns: number): number[] {
  const sums = Array.from({ length: columns }, () => 0);
  a.forEach((value, at) => {
    sums[at % columns] = (sums[at % columns] ?? NaN) + value;
  });
  return sums;
}
