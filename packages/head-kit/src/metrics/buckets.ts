import { describe } from '../checks/describe.js';
import { headError } from '../error.js';
import { type Accumulator, type BinaryQuantities, divided, type Samples, samplesOf } from './accumulator.js';
import type { ExactSums } from './exact-sums.js';

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
  const { truePositives, falsePositives } = aboveThresholds(sums);
  const [positives, negatives] = [truePositives[0] as number, falsePositives[0] as number];
  let area = 0;
  let [x, y] = [divided(negatives, negatives), divided(positives, positives)];
  for (let i = 1; i < truePositives.length; i++) {
    const nextX = divided(falsePositives[i] as number, negatives);
    const nextY = divided(truePositives[i] as number, positives);
    area += ((x - nextX) * (y + nextY)) / 2;
    x = nextX;
    y = nextY;
  }
  return area;
}

/**
 * The area under the curve of precision over recall of what {@link buckets} has summed up; 0 without positives. Between two
 * thresholds true and false positives are interpolated, not precision (Davis and Goadrich, 2006), as in the original.
 */
export function prAuc(sums: ArrayLike<number>): number {
  const { truePositives, falsePositives } = aboveThresholds(sums);
  const positives = truePositives[0] as number;
  let area = 0;
  let tp = positives;
  let predicted = tp + (falsePositives[0] as number);
  for (let i = 1; i < truePositives.length; i++) {
    const nextTp = truePositives[i] as number;
    const nextPredicted = nextTp + (falsePositives[i] as number);
    const slope = divided(tp - nextTp, Math.max(predicted - nextPredicted, 0));
    const intercept = nextTp - slope * nextPredicted;
    const ratio = predicted > 0 && nextPredicted > 0 ? predicted / nextPredicted : 1;
    area += divided(slope * (tp - nextTp + intercept * Math.log(ratio)), Math.max(positives, 0));
    tp = nextTp;
    predicted = nextPredicted;
  }
  return area;
}

/** The weights of positives and of negatives above each threshold. */
function aboveThresholds(sums: ArrayLike<number>): {
  readonly truePositives: Float64Array;
  readonly falsePositives: Float64Array;
} {
  const count = sums.length / 2;
  const [truePositives, falsePositives] = [new Float64Array(count + 1), new Float64Array(count + 1)];
  for (let i = count - 1; i >= 0; i--) {
    truePositives[i] = (truePositives[i + 1] as number) + (sums[i] as number);
    falsePositives[i] = (falsePositives[i + 1] as number) + (sums[count + i] as number);
  }
  return { truePositives, falsePositives };
}
