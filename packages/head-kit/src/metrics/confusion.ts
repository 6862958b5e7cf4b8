import { describe } from '../checks/describe.js';
import { headError } from '../error.js';
import { type Accumulator, type BinaryQuantities, divided, type Samples, samplesOf } from './accumulator.js';
import { ExactSums } from './exact-sums.js';
import { average } from './mean.js';

/** The indices of the sums. */
const HITS = 0;
const ALL = 1;
const TRUE_POSITIVES = 2;
const FALSE_POSITIVES = 3;
const FALSE_NEGATIVES = 4;

/** The sums that each cell counts for: see below. */
const CELLS: readonly (readonly number[])[] = [
  [], // a label of 0 that is no hit is met by a prediction of 1
  [ALL, FALSE_POSITIVES],
  [ALL, FALSE_NEGATIVES],
  [ALL, TRUE_POSITIVES],
  [ALL, HITS],
  [], // a label of 0 is not met by a prediction of 1
  [], // nor is a label that is not 0 by one of 0
  [ALL, HITS, TRUE_POSITIVES],
];

/**
 * How often a prediction above a threshold meets a label: the weights of those that equal their label, of all, of true
 * positives, false positives and false negatives. For {@link accuracy}, {@link precision} and {@link recall}.
 *
 * As in the original, a label counts as positive unless it is 0, and equals what is predicted only if it is 0 or 1; the
 * comparison with the threshold is strict.
 */
export function confusion(
  threshold: number,
  { predictions = 'logistic', labels = 'labels', weights = 'weights' }: BinaryQuantities = {},
): Accumulator {
  if (!Number.isFinite(threshold)) {
    throw headError('INVALID_ARGUMENT', `threshold must be a finite number, got ${describe(threshold)}.`);
  }
  return {
    id: `confusion(${threshold},${predictions},${labels},${weights})`,
    kind: 'confusion',
    settings: { threshold },
    size: 5,
    reads: [predictions, labels, `${weights}?`],
    add(batch, sums) {
      const cells = cellsOf(samplesOf(batch, { predictions, labels, weights }), threshold);
      CELLS.forEach((counts, cell) => counts.forEach((index) => sums.addSum(index, cells, cell)));
    },
  };
}

/**
 * The weights by four times whether it is a hit, twice whether the label is positive, and whether the prediction is: an index costs less
 * than a branch that is guessed wrong. A function of its own, as the loop of `buckets.ts`.
 */
function cellsOf({ predictions, labels, weights }: Samples, threshold: number): ExactSums {
  const cells = new ExactSums(8);
  const rows = new Float64Array(8); // how many there are that weigh 1 each
  for (let i = 0; i < predictions.length; i++) {
    const label = labels[i] as number;
    const positive = Number((predictions[i] as number) > threshold);
    const cell = (Number(label === positive) << 2) | (Number(label !== 0) << 1) | positive;
    if (weights === undefined) rows[cell] = (rows[cell] as number) + 1;
    else cells.add(cell, weights[i] as number);
  }
  for (let index = 0; index < rows.length; index++) cells.add(index, rows[index] as number);
  return cells;
}

/** The share of a {@link confusion} that equals its label; 0 of nothing. */
export const accuracy: (sums: ArrayLike<number>) => number = average;

/** The share of positives in what a {@link confusion} has predicted to be so; 0 where nothing was. */
export function precision(sums: ArrayLike<number>): number {
  const truePositives = sums[TRUE_POSITIVES] as number;
  return divided(truePositives, truePositives + (sums[FALSE_POSITIVES] as number));
}

/** The share of the positives that a {@link confusion} has predicted to be so; 0 where there are none. */
export function recall(sums: ArrayLike<number>): number {
  const truePositives = sums[TRUE_POSITIVES] as number;
  return divided(truePositives, truePositives + (sums[FALSE_NEGATIVES] as number));
}
