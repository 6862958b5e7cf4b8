/** How numbers are held: bools are i32, 0 or 1; what is summed or walked over in doubles is f64. */
export type NumberType = 'f32' | 'f64' | 'i32';

/** A piece of memory that holds what some value is. */
export interface Buffer {
  readonly type: NumberType;
  readonly size: number;
  /** Whether it is there before and after a step: an argument, a variable, a constant, a result. */
  readonly stays: boolean;
  /** Set when all of them are known. */
  address: number;
  /** By which functions of the module it is first and last used. */
  first: number;
  last: number;
}

/** Numbers of a buffer in some order: strides and offset in elements. */
export interface View {
  readonly buffer: Buffer;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** A number for each index of a shape, which is computed when somebody needs it. */
export interface Expression {
  readonly op: string;
  readonly type: NumberType;
  readonly shape: readonly number[];
  readonly of: readonly Expression[];
  readonly view?: View;
  readonly value?: number;
  readonly product?: Product;
}

/** A product of matrices that has not been computed yet: `[..., m, k]` by `[..., k, n]`, each in its strides. */
export interface Product {
  readonly a: View;
  readonly b: View;
}

export const BYTES: Readonly<Record<NumberType, number>> = { f32: 4, i32: 4, f64: 8 };

/** The strides of what lies row by row. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

export function wholeView(buffer: Buffer, shape: readonly number[]): View {
  return { buffer, shape, strides: stridesOf(shape), offset: 0 };
}

/** The same numbers with the axes in another order. */
export function permuted(view: View, order: readonly number[]): View {
  return {
    ...view,
    shape: order.map((axis) => view.shape[axis] as number),
    strides: order.map((axis) => view.strides[axis] as number),
  };
}

export function isContiguous({ shape, strides }: View): boolean {
  const whole = stridesOf(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === whole[axis]);
}

export function leaf(view: View): Expression {
  return { op: 'leaf', type: view.buffer.type, shape: view.shape, of: [], view };
}

export function number(value: number, type: NumberType): Expression {
  return { op: 'number', type, shape: [], of: [], value };
}

/** The shape of two that broadcast. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [x, y] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    return x === 1 ? y : x;
  });
}

export function apply(op: string, type: NumberType, ...of: readonly Expression[]): Expression {
  return { op, type, shape: of.map(({ shape }) => shape).reduce(broadcast), of };
}

export function cast(of: Expression, type: NumberType): Expression {
  return of.type === type ? of : { op: 'cast', type, shape: of.shape, of: [of] };
}

/** Each expression in a tree once, those that others are of first. */
export function everyPart(roots: readonly Expression[]): Expression[] {
  const seen = new Set<Expression>();
  const visit = (part: Expression): void => {
    if (seen.has(part)) return;
    part.of.forEach(visit);
    seen.add(part);
  };
  roots.forEach(visit);
  return [...seen];
}
