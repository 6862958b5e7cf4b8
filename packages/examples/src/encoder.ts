import { deviation, mean, sort } from 'd3-array';

/** What of a row the network gets to see. */
export interface Columns<Row> {
  /** Become standard scores. */
  readonly numeric: readonly ((row: Row) => number)[];
  /** Become one input for each category. */
  readonly categorical: readonly ((row: Row) => string | number)[];
}

/** Turns a row into the inputs of a network. */
export type Encoder<Row> = (row: Row) => number[];

/**
 * Learns means, deviations and categories from the training rows alone: what an encoder knows of
 * the test rows would make the evaluation look better than it is. A category that no training row
 * has becomes all zeros.
 */
export function fitEncoder<Row>(trainRows: readonly Row[], columns: Columns<Row>): Encoder<Row> {
  const parts = [
    ...columns.numeric.map((column) => standardScore(trainRows, column)),
    ...columns.categorical.map((column) => oneHot(trainRows, column)),
  ];
  return (row) => parts.flatMap((part) => part(row));
}

function standardScore<Row>(rows: readonly Row[], column: (row: Row) => number): Encoder<Row> {
  const center = mean(rows, column) ?? 0;
  // A column that never varies says nothing; dividing it by zero would spoil the others.
  const scale = deviation(rows, column) || 1;
  return (row) => [(column(row) - center) / scale];
}

function oneHot<Row>(rows: readonly Row[], column: (row: Row) => string | number): Encoder<Row> {
  const categories = sort(new Set(rows.map(column)));
  return (row) => categories.map((category) => (category === column(row) ? 1 : 0));
}
