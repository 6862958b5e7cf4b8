import { shuffler } from 'd3-array';
import { randomLcg } from 'd3-random';

/** The rows to learn from and the rows to be judged by. */
export interface Split<Row> {
  readonly train: readonly Row[];
  readonly test: readonly Row[];
}

/** Shuffles the rows in an order that depends on the seed alone; the last `testShare` of them are for testing. */
export function splitRows<Row>(rows: readonly Row[], options: { testShare: number; seed: number }): Split<Row> {
  const shuffled = shuffler(randomLcg(options.seed))([...rows]);
  const trainSize = shuffled.length - Math.round(shuffled.length * options.testShare);
  return { train: shuffled.slice(0, trainSize), test: shuffled.slice(trainSize) };
}
