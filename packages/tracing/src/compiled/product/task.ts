import { lanesOf } from '../arithmetic.js';
import { sizeOf } from '../../program.js';
import { everyPart, type Expression, type View } from '../expression.js';
import { bytesOf } from '../nest.js';

/** Terms that are summed in registers before the next columns. */
export const TERMS = 256;
/** How many terms a sum may have that is not summed block by block. */
export const MOST_TERMS: number = 1.5 * TERMS;

/** A product of matrices, what becomes of each of its numbers, and where that goes. */
export interface ProductTask {
  readonly a: View;
  readonly b: View;
  /** Row by row. */
  readonly to: View;
  /** Of the expression `product`; by default it itself. */
  readonly end: Expression;
  readonly product: Expression;
}

/** Where a view has the numbers for a row and a column of a product, in bytes; undefined where not four at a time. */
export function endStrides(view: View, shape: readonly number[]): readonly [number, number] | undefined {
  const bytes = bytesOf(view, shape);
  const column = bytes.at(-1) as number;
  if (view.buffer.type === 'f64' || ((shape.at(-1) as number) > 1 && column !== 0 && column !== 4)) return undefined;
  let row = 0;
  let size = 1;
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    if (shape[axis] === 1) continue;
    if (size === 1) row = bytes[axis] as number;
    else if (bytes[axis] !== row * size) return undefined;
    size *= shape[axis] as number;
  }
  if (row < 0) return undefined;
  return [row, shape.at(-1) === 1 ? 0 : column];
}

/** How many terms a sum may have that is ended in registers. */
export function canEnd(end: Expression, product: Expression): boolean {
  const { shape } = product;
  const { a, b } = product.product as NonNullable<Expression['product']>;
  const isOne = a.shape.length === 2 && b.shape.length === 2;
  return (
    isOne &&
    (a.shape[1] as number) <= MOST_TERMS &&
    sizeOf(end.shape) === sizeOf(shape) &&
    lanesOf(everyPart([end])) === 4 &&
    everyPart([end]).every(({ view }) => view === undefined || endStrides(view, end.shape) !== undefined)
  );
}
