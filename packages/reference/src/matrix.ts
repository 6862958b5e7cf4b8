import { mapValues, type Values } from './values.js';

/** The product of two matrices, and for each element the sum of the magnitudes that were added up. */
export function matMul(a: Values, b: Values): Values & { readonly scale: readonly number[] } {
  const [rows, shared] = a.shape as [number, number];
  const [, columns] = b.shape as [number, number];
  const values: number[] = [];
  const scale: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let [sum, magnitude] = [0, 0];
      for (let k = 0; k < shared; k++) {
        const term = (a.values[i * shared + k] as number) * (b.values[k * columns + j] as number);
        sum += term;
        magnitude += Math.abs(term);
      }
      values.push(sum);
      scale.push(magnitude);
    }
  }
  return { shape: [rows, columns], values, scale };
}

/** A matrix turned. */
export function transposed({ shape, values }: Values): Values {
  const [rows, columns] = shape as [number, number];
  return {
    shape: [columns, rows],
    values: values.map((_, at) => values[(at % rows) * columns + Math.floor(at / rows)] as number),
  };
}

/** Adds a row to each row. */
export function addRow(matrix: Values, row: readonly number[]): Values {
  return mapValues(matrix, (value, at) => value + (row[at % row.length] as number));
}

/** The sum of each column. */
export function columnSums({ shape, values }: Values): number[] {
  const columns = shape.at(-1) as number;
  const sums = Array.from({ length: columns }, () => 0);
  for (const [at, value] of values.entries()) sums[at % columns] = (sums[at % columns] as number) + value;
  return sums;
}

/** One matrix of a batch. A batch of one serves for every index. */
export function matrixOf({ shape, values }: Values, index: number): Values {
  const [count = 1, rows = 1, columns = 1] = shape;
  const size = rows * columns;
  const start = (index % count) * size;
  return { shape: [rows, columns], values: values.slice(start, start + size) };
}
