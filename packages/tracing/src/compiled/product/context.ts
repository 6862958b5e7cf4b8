import type { Locals, Place } from '../code.js';
import type { Buffer, View } from '../expression.js';
import type { Loops } from '../loops.js';
import type { Division } from '../threads/division.js';
import type { RightSide } from './panels.js';
import type { ProductTask } from './task.js';

/** A product as it is computed: `a` by rows, `b` by columns; strides in bytes. */
export interface Sides extends RightSide {
  readonly a: View;
  readonly m: number;
  readonly ar: number;
  readonly ac: number;
  /** Whether rows and columns have changed places. */
  readonly isColumn: boolean;
}

/** What of a product is divided, if anything is. */
export interface Divided {
  readonly batch?: Division | undefined;
  readonly rows?: Division | undefined;
  readonly columns?: Division | undefined;
}

/** A product while its function is written. */
export interface ProductContext {
  readonly loops: Loops;
  readonly locals: Locals;
  readonly task: ProductTask;
  readonly sides: Sides;
  readonly divided: Divided;
  /** Where a view has the matrix of a batch that is multiplied. */
  readonly place: (view: View) => Place;
  readonly scratch: (size: number) => Buffer;
}
