import { type Code, f64, get, i32, load, Locals, move, type Place, repeat, set, store } from './code.js';
import { BYTES, type NumberType, type View } from './expression.js';
import type { Loops } from './loops.js';

/** Running sums along the middle axis of `[outer, count, inner]`. */
export interface Scan {
  /** Both row by row. */
  readonly from: View;
  readonly to: View;
  readonly outer: number;
  readonly count: number;
  readonly inner: number;
  /** Whether a sum has not the number in its place. */
  readonly isExclusive: boolean;
  /** Whether the last number is the first of the sums. */
  readonly isReverse: boolean;
}

/** Adds up in doubles, but for whole numbers. */
export function writeScan(loops: Loops, { from, to, outer, count, inner, isExclusive, isReverse }: Scan): void {
  for (const { buffer } of [from, to]) loops.touch(buffer);
  const { type } = to.buffer;
  const wide: NumberType = type === 'i32' ? 'i32' : 'f64';
  const locals = new Locals();
  const [base, at, row, column, counter] = locals.many('i32', 5);
  const sum = locals.local(wide);
  const place = ({ buffer, offset }: View): Place => ({
    address: () => buffer.address + offset * BYTES[type],
    plus: get(at),
  });
  const isNarrow = type === 'f32';
  const value = load(type, place(from));
  const add = set(sum, [get(sum), isNarrow ? [value, 0xbb] : value, wide === 'i32' ? 0x6a : 0xa0]);
  const put = store(type, place(to), isNarrow ? [get(sum), 0xb6] : get(sum));
  const stride = BYTES[type] * inner;
  const code: Code = [
    set(base, i32(isReverse ? (count - 1) * stride : 0)),
    repeat(row, outer, [
      repeat(column, inner, [
        set(at, get(base)),
        set(sum, wide === 'i32' ? i32(0) : f64(0)),
        repeat(counter, count, [isExclusive ? [put, add] : [add, put], move(at, isReverse ? -stride : stride)]),
        move(base, BYTES[type]),
      ]),
      move(base, (count - 1) * stride),
    ]),
  ];
  loops.bodies.push({ locals, code });
}
