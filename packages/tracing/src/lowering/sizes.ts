/** A size that is a multiple of the number of rows in the batch, which the graph finds out when it runs. */
export class Rows {
  readonly perRow: number;

  constructor(perRow: number) {
    this.perRow = perRow;
  }
}

export type Size = number | Rows;

export function sameSize(a: Size | undefined, b: Size | undefined): boolean {
  if (a instanceof Rows && b instanceof Rows) return a.perRow === b.perRow;
  return a === b;
}

export function sameSizes(a: readonly Size[], b: readonly Size[]): boolean {
  return a.length === b.length && a.every((size, index) => sameSize(size, b[index]));
}

/** With -1 for what is not known before the graph runs, as TensorFlow writes a shape. */
export function withUnknown(shape: readonly Size[]): number[] {
  return shape.map((size) => (size instanceof Rows ? -1 : size));
}
