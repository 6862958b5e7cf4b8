import { type Accumulator, type BinaryQuantities, divided, samplesOf } from './accumulator.js';
import { average } from './mean.js';

/** The indices of the sums. */
const HITS = 0;
const ALL = 1;
const TRUE_POSITIVES = 2;
const FALSE_POSITIVES = 3;
const FALSE_NEGATIVES = 4;

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
  return {
    id: `confusion(${threshold},${predictions},${labels},${weights})`,
    kind: `confusion(${threshold})`,
    size: 5,
    reads: [predictions, labels, `${weights}?`],
    add(batch, sums) {
      const samples = samplesOf(batch, { predictions, labels, weights });
      const { predictions: predicted, labels: labelled, weights: weighted } = samples;
      // By four times whether it is a hit, twice whether the label is positive, and whether the prediction is: an index costs less
      // than a branch that is guessed wrong.
      const cells = new Float64Array(8);
      for (let i = 0; i < predicted.length; i++) {
        const weight = weighted === undefined ? 1 : (weighted[i] as number);
        const label = labelled[i] as number;
        const positive = (predicted[i] as number) > threshold ? 1 : 0;
        const cell = (label === positive ? 4 : 0) | (label === 0 ? 0 : 2) | positive;
        cells[cell] = (cells[cell] as number) + weight;
      }
      const of = (hit: number, label: number, positive: number): number =>
        cells[4 * hit + 2 * label + positive] as number;
      const [truePositives, falsePositives, falseNegatives] = [of(0, 1, 1) + of(1, 1, 1), of(0, 0, 1), of(0, 1, 0)];
      sums[HITS] = of(1, 0, 0) + of(1, 1, 1);
      sums[ALL] = of(1, 0, 0) + truePositives + falsePositives + falseNegatives;
      sums[TRUE_POSITIVES] = truePositives;
      sums[FALSE_POSITIVES] = falsePositives;
      sums[FALSE_NEGATIVES] = falseNegatives;
    },
  };
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
