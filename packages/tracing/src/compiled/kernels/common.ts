import { apply, type Expression, leaf, number, type NumberType, type View } from '../expression.js';
import type { Call, KernelWriter } from '../lowering.js';

export const one = (call: Call, type: NumberType = call.float): Expression => number(1, type);
export const zero = (type: NumberType): Expression => number(0, type);

/** Of a tensor of floats. */
export function ofFloat(write: (x: Expression, call: Call) => Expression): KernelWriter {
  return (call) => {
    const x = call.input('x');
    if (x.type !== call.float) throw call.unsupported('of whole numbers');
    return write(x, call);
  };
}

export const select = (call: Call, condition: Expression, yes: Expression, no: Expression): Expression =>
  call.apply('select', yes.type, condition, yes, no);

/** The smallest float32 that has all its digits. */
const SMALLEST = 2 ** -126;

/** 0 in the place of smaller floats, which make each of the products that they are in take a hundred times as long, and whose sums they do not change. */
export const flushed = (x: Expression): Expression =>
  apply('select', x.type, apply('less', 'i32', apply('abs', x.type, x), number(SMALLEST, x.type)), zero(x.type), x);

/** Held in memory, so that several may read it. */
export const held = (call: Call, x: Expression): Expression =>
  x.view === undefined && x.op !== 'number' ? leaf(call.writer.settle(x)) : x;

/** Row by row in memory. */
export const rows = (call: Call, x: Expression): View =>
  call.writer.settle(x.op === 'number' ? call.apply('add', x.type, x, { ...zero(x.type), shape: x.shape }) : x);

/** An input of a kernel that is written in float32 alone. */
export function floats(call: Call, name: string): Expression {
  const x = call.input(name);
  if (x.type !== 'f32' || call.float !== 'f32') throw call.unsupported('of other numbers than float32');
  return x;
}

/** The axes that an attribute names; all where it names none. */
export function axesOf(call: Call, name: string, rank: number): number[] {
  const given = call.attribute(name);
  const axes = given === undefined || given === null ? Array.from({ length: rank }, (_, axis) => axis) : [given].flat();
  return [...new Set((axes as number[]).map((axis) => (axis < 0 ? axis + rank : axis)))].toSorted((a, b) => a - b);
}
