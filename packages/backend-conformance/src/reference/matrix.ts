/** A matrix in doubles, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: readonly number[];
}

export function matMul(a: Matrix, b: Matrix): Matrix {
  const values = Array.from({ length: a.rows * b.columns }, (_, at) => {
    const [row, column] = [Math.floor(at / b.columns), at % b.columns];
    let sum = 0;
    for (let i = 0; i < a.columns; i++) sum += (a.values[row * a.columns + i] as number) * (b.values[i * b.columns + column] as number);
    return sum;
  });
  return { rows: a.rows, columns: b.columns, values };
}

export function transpose({ rows, columns, values }: Matrix): Matrix {
  return {
    rows: columns,
    columns: rows,
    values: values.map((_, at) => values[(at % rows) * columns + Math.floor(at / rows)] as number),
  };
}

/** Adds a row to each row. */
export function addRow(matrix: Matrix, row: readonly number[]): Matrix {
  return { ...matrix, values: matrix.values.map((value, at) => value + (row[at % matrix.columns] as number)) };
}

export function columnSums({ columns, values }: Matrix): number[] {
  const sums = Array.from({ length: columns }, () => 0);
  for (const [at, value] of values.entries()) sums[at % columns] = (sums[at % columns] as number) + value;
  return sums;
}
