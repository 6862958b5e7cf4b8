import { sizeOf } from '../../program.js';
import { type Expression, isContiguous, leaf, stridesOf, type View, wholeView } from '../expression.js';
import type { Call, KernelWriter } from '../lowering.js';
import { held, zero } from './common.js';
import { activation } from './elementwise.js';

const product: KernelWriter = (call) => {
  if (call.float !== 'f32') throw call.unsupported('in doubles');
  const transposed = (view: View, flag: string): View => {
    const shape = view.shape.slice();
    const strides = view.strides.slice();
    if (call.attribute(flag) !== true) return view;
    return {
      ...view,
      shape: [...shape.slice(0, -2), ...shape.slice(-2).toReversed()],
      strides: [...strides.slice(0, -2), ...strides.slice(-2).toReversed()],
    };
  };
  const [x, y] = [call.input('a'), call.input('b')];
  if (x.type !== 'f32' || y.type !== 'f32') throw call.unsupported('of whole numbers');
  const [a, b] = [transposed(operandOf(call, x), 'transposeA'), transposed(operandOf(call, y), 'transposeB')];
  const batch = call.output.dtype === 'float32' ? call.output.shape.slice(0, -2) : [];
  const [m, k] = a.shape.slice(-2) as [number, number];
  const n = b.shape.at(-1) as number;
  // Many left ones that are multiplied by one right one are one tall one.
  const isTall = sizeOf(b.shape.slice(0, -2)) === 1 && call.attribute('transposeA') !== true && isContiguous(a);
  const shape = isTall ? [sizeOf(batch) * m, n] : [...batch, m, n];
  const tall = isTall ? { ...a, shape: [sizeOf(batch) * m, k], strides: stridesOf([sizeOf(batch) * m, k]) } : a;
  const flat = isTall ? { ...b, shape: b.shape.slice(-2), strides: b.strides.slice(-2) } : b;
  const made = productOf(tall, flat, shape);
  return call.output.shape.length === shape.length ? made : call.reshape(made, [...batch, m, n]);
};

/** What is multiplied, in memory, and not backwards. */
export function operandOf(call: Call, of: Expression): View {
  const view = call.view(of.op === 'number' ? held(call, leafOf(call, of)) : of);
  return view.strides.every((stride) => stride >= 0)
    ? view
    : call.writer.settle(call.apply('add', 'f32', of, zero('f32')));
}

/** Products of matrices `[..., m, k]` by `[..., k, n]`, of as many of them as `shape` has, by default as both have. */
export function productOf(
  a: View,
  b: View,
  shape: readonly number[] = [...a.shape.slice(0, -1), b.shape.at(-1) as number],
): Expression {
  return a.shape.at(-1) === 1
    ? { op: 'mul', type: 'f32', shape, of: [leaf(a), leaf(b)] }
    : { op: 'product', type: 'f32', shape, of: [], product: { a, b } };
}

/** A number as a tensor in memory. */
function leafOf(call: Call, of: Expression): Expression {
  const data = new Float32Array(sizeOf(of.shape)).fill(of.value ?? 0);
  const buffer = call.writer.buffer('f32', data.length, true);
  call.writer.data.push({ buffer, data });
  return leaf(wholeView(buffer, of.shape));
}

/** Products of matrices. */
export const products: Readonly<Record<string, KernelWriter>> = {
  BatchMatMul: product,
  _FusedMatMul: (call) => {
    let made = product(call) as Expression;
    const bias = call.optional('bias');
    if (bias !== undefined) made = call.apply('add', 'f32', made, bias);
    return activation(call, call.attribute('activation'), made);
  },
};
