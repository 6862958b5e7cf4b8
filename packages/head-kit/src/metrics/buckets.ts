import { describe } from '../checks/describe.js';
import { headError } from '../error.js';
import { type Accumulator, type BinaryQuantities, divided, type Samples, samplesOf } from './accumulator.js';
import type { ExactSums } from './exact-sums.js';
import { borrow, giveBack } from './room.js';

/** The original's number of thresholds. */
const THRESHOLDS = 200;
/** More would take memory for nothing that a curve shows. */
const MOST_THRESHOLDS = 2 ** 20;

/** Which quantities {@link buckets} is made of, and how many of them there are. */
export interface BucketsOptions extends BinaryQuantities {
  /** How many thresholds there are, from 2 on. Default: 200, as in the original. */
  readonly numThresholds?: number | undefined;
}

/**
 * Weights of positives and of negatives by where between thresholds (0, 1/199, .., 1) the prediction lies: bucket i holds what is
 * above threshold i and not above the next. For {@link rocAuc} and {@link prAuc}.
 *
 * A prediction at or below 0 counts as below the second threshold, one above 1 as above the last but one; any that is NaN
 * makes both areas NaN. A label counts as positive unless it is 0.
 */
export function buckets({
  predictions = 'logistic',
  labels = 'labels',
  weights = 'weights',
  numThresholds = THRESHOLDS,
}: BucketsOptions = {}): Accumulator {
  if (!(Number.isInteger(numThresholds) && numThresholds >= 2 && numThresholds <= MOST_THRESHOLDS)) {
    throw headError(
      'INVALID_ARGUMENT',
      `numThresholds must be a whole number from 2 to ${MOST_THRESHOLDS}, got ${describe(numThresholds)}.`,
    );
  }
  const count = numThresholds - 1;
  return {
    id: `buckets(${numThresholds},${predictions},${labels},${weights})`,
    kind: 'buckets',
    settings: { numThresholds },
    size: 2 * count,
    reads: [predictions, labels, `${weights}?`],
    add(batch, sums) {
      addBuckets(samplesOf(batch, { predictions, labels, weights }), count, sums);
    },
  };
}

/** A function of its own: an engine compiles a loop in a closure, of which each batch of a head has another, time and again. */
function addBuckets({ predictions, labels, weights }: Samples, count: number, sums: ExactSums): void {
  const rows = new Float64Array(2 * count); // how many there are that weigh 1 each
  for (let i = 0; i < predictions.length; i++) {
    // In float32, as in the original: it decides which side of a threshold, and a probability may be 0 or 1 there that is not in doubles.
    const scaled = Math.fround(Math.fround(predictions[i] as number) * count);
    // A product costs less than a branch that is guessed wrong.
    let index = Math.imul(Number((labels[i] as number) === 0), count);
    if (scaled !== scaled) sums.add(index, NaN);
    else {
      if (scaled > 0) index += Math.min(Math.ceil(scaled), count) - 1;
      if (weights === undefined) rows[index] = (rows[index] as number) + 1;
      else sums.add(index, weights[i] as number);
    }
  }
  for (let index = 0; index < rows.length; index++) sums.add(index, rows[index] as number);
}

/**
 * The area under the receiver operating characteristic of what {@link buckets} has summed up, by trapezoids; 0 where there
 * are only positives or only negatives.
 */
export function rocAuc(sums: ArrayLike<number>): number {
  const above = aboveThresholds(sums);
  const size = above.length / 2;
  const positives = above[0] as number;
  const negatives = above[size] as number;
  let area = 0;
  let x = divided(negatives, negatives);
  let y = divided(positives, positives);
  for (let i = 1; i < size; i++) {
    const nextX = divided(above[size + i] as number, negatives);
    const nextY = divided(above[i] as number, positives);
    area += ((x - nextX) * (y + nextY)) / 2;
    x = nextX;
    y = nextY;
  }
  giveBack(above);
  return area;
}

/**
 * The area under the curve of precision over recall of what {@link buckets} has summed up; 0 without positives. Between two
 * thresholds true and false positives are interpolated, not precision (Davis and Goadrich, 2006), as in the original.
 */
export function prAuc(sums: ArrayLike<number>): number {
  const above = aboveThresholds(sums);
  const size = above.length / 2;
  const positives = above[0] as number;
  let area = 0;
  let tp = positives;
  let predicted = tp + (above[size] as number);
  for (let i = 1; i < size; i++) {
    const nextTp = above[i] as number;
    const nextPredicted = nextTp + (above[size + i] as number);
    // Without a positive between two thresholds it is 0, and a logarithm takes longer than all the rest.
    if (tp !== nextTp || !Number.isFinite(predicted)) {
      const slope = divided(tp - nextTp, Math.max(predicted - nextPredicted, 0));
      const intercept = nextTp - slope * nextPredicted;
      const ratio = predicted > 0 && nextPredicted > 0 ? predicted / nextPredicted : 1;
      area += divided(slope * (tp - nextTp + intercept * Math.log(ratio)), Math.max(positives, 0));
    }
    tp = nextTp;
    predicted = nextPredicted;
  }
  giveBack(above);
  return area;
}

/** The weights of positives above each threshold, and then those of negatives; to be given back. */
function aboveThresholds(sums: ArrayLike<number>): Float64Array {
  const above = borrow(sums.length + 2);
  const count = sums.length / 2;
  let positives = 0;
  let negatives = 0;
  above[count] = above[2 * count + 1] = 0;
  for (let i = count - 1; i >= 0; i--) {
    above[i] = positives += sums[i] as number;
    above[count + 1 + i] = negatives += sums[count + i] as number;
  }
  return above;
}
