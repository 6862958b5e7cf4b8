import { bin, descending, mean, rollups, sum } from 'd3-array';
import type { Answer, ScoredClass } from '../example.js';

/** A point of a curve of one class. */
export interface CurvePoint {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

/** Of the members and the others of a class, those that are called members at a threshold. */
interface Called {
  readonly members: number;
  readonly others: number;
}

/** The false positive rate to the true one, from the highest threshold to the lowest: one point a distinct score. */
export function rocCurve({ name, ...scored }: ScoredClass): readonly CurvePoint[] {
  const steps = calledBySteps(scored);
  const { members, others } = steps.at(-1) as Called;
  return steps.map((called) => ({ name, x: called.others / others, y: called.members / members }));
}

/** Recall to precision, from the highest threshold to the lowest. Above the highest score nothing is called, and there is no precision. */
export function precisionRecallCurve({ name, ...scored }: ScoredClass): readonly CurvePoint[] {
  const steps = calledBySteps(scored);
  const { members } = steps.at(-1) as Called;
  return steps
    .slice(1)
    .map((called) => ({ name, x: called.members / members, y: called.members / (called.members + called.others) }));
}

/** How many are called at each threshold, from none to all. Rows of one score are called together. */
function calledBySteps({ scores, isMember }: Omit<ScoredClass, 'name'>): readonly Called[] {
  const rows = scores.map((score, row) => ({ score, isMember: isMember[row] ?? false }));
  const steps: Called[] = [{ members: 0, others: 0 }];
  const byScore = rollups(
    rows,
    (group) => group,
    ({ score }) => score,
  ).toSorted(([a], [b]) => descending(a, b));
  for (const [, group] of byScore) {
    const { members, others } = steps.at(-1) as Called;
    const found = sum(group, (row) => Number(row.isMember));
    steps.push({ members: members + found, others: others + group.length - found });
  }
  return steps;
}

/** A group of rows of about the same score. */
export interface CalibrationPoint extends CurvePoint {
  readonly rows: number;
}

const FEWEST = 5; // Of fewer rows a share says nothing.

/** How often a class came of how probable it was held, in ten bins of the score: on the diagonal for a model that knows what it does not know. */
export function calibration({ name, scores, isMember }: ScoredClass): readonly CalibrationPoint[] {
  const binned = bin<number, number>()
    .domain([0, 1])
    .thresholds([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
    .value((row) => scores[row] ?? NaN)(scores.map((_, row) => row));
  return binned
    .filter((rows) => rows.length >= FEWEST)
    .map((rows) => ({
      name,
      x: mean(rows, (row) => scores[row]) ?? NaN,
      y: mean(rows, (row) => Number(isMember[row])) ?? NaN,
      rows: rows.length,
    }));
}

/** How many rows of a class were taken for which. */
export interface Confusion extends Answer {
  readonly rows: number;
  /** Of the rows of the actual class. */
  readonly share: number;
}

/** Every pair of classes, those that nothing was mistaken for too. */
export function confusionMatrix(answers: readonly Answer[]): readonly Confusion[] {
  const names = classNames(answers);
  return names.flatMap((actual) => {
    const ofClass = answers.filter((answer) => answer.actual === actual);
    return names.map((predicted) => {
      const rows = ofClass.filter((answer) => answer.predicted === predicted).length;
      return { actual, predicted, rows, share: ofClass.length === 0 ? 0 : rows / ofClass.length };
    });
  });
}

export function classNames(answers: readonly Answer[]): readonly string[] {
  return [...new Set(answers.flatMap(({ actual, predicted }) => [actual, predicted]))].toSorted();
}
