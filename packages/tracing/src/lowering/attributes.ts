import { upcastType } from '@tensorflow/tfjs-core';
import type { DataType } from '@tensorflow/tfjs-core';
import type { GraphTensor, KernelCall } from './lowering.js';
import { Rows, sameSize, type Size } from './sizes.js';

/** An axis counted from the front. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** The axes that a reduction takes away; all of them where it does not say. */
export function axesOf(call: KernelCall, name: string, { shape }: GraphTensor): number[] {
  const given = call.attribute(name);
  const isAll = given === undefined || given === null;
  const axes = isAll ? shape.map((_, axis) => axis) : call.numbers(name).map((axis) => axisOf(axis, shape.length));
  const rank = call.flag('keepDims') ? shape.length : shape.length - axes.length;
  if (rank !== call.output.shape.length) throw call.unsupported(`with axes other than those of the attribute ${name}`);
  return axes;
}

/** Two numbers for each axis, such as what is padded before and after it. */
export function pairsOf(call: KernelCall, name: string): number[][] {
  const value = call.attribute(name) as readonly (readonly Size[])[];
  return value.map((pair) => pair.map((size) => call.fixed(size, `the attribute ${name}`)));
}

/** How long each part of a split is. */
export const splitSizes = (call: KernelCall, x: GraphTensor, axis: number): number[] =>
  call.outputs.map(({ shape }) => call.fixed(shape[axis], `the size of a part of [${x.shape.join()}]`));

/** Where a slice begins, and its sizes, with -1 for all that is left where that is so. */
export function sliceBounds(
  call: KernelCall,
  shape: readonly Size[],
): { readonly begin: readonly Size[]; readonly size: readonly Size[] } {
  const begins = call.sizes('begin');
  const sizes = call.attribute('size') === undefined ? [] : call.sizes('size');
  const begin = shape.map((_, axis) => begins[axis] ?? 0);
  const size = shape.map((all, axis) => {
    const one = sizes[axis] ?? -1;
    return one instanceof Rows && begin[axis] === 0 && sameSize(one, all) ? -1 : one;
  });
  return { begin, size };
}

/** The type in which a kernel of two inputs computes; that of bools is an integer. */
export function commonType(call: KernelCall): DataType {
  const common = upcastType(call.input('a').dtype, call.input('b').dtype);
  return common === 'bool' ? 'int32' : common;
}
