import { type Code, f64, get, i32, load, Locals, move, type Place, repeat, set, store } from './code.js';
import { BYTES, type View } from './expression.js';
import type { Loops } from './loops.js';

/** Running sums or products along the middle axis of `[outer, count, inner]`. */
export interface Scan {
  readonly kind: 'sum' | 'prod';
  /** Both row by row. */
  readonly from: View;
  readonly to: View;
  readonly outer: number;
  readonly count: number;
  readonly inner: number;
  /** Whether a sum or product has not the number in its place. */
  readonly isExclusive: boolean;
  /** Whether it begins with the last number. */
  readonly isReverse: boolean;
}

/** Computes in doubles, but for whole numbers. */
export function writeScan(loops: Loops, { kind, from, to, outer, count, inner, isExclusive, isReverse }: Scan): void {
  for (const { buffer } of [from, to]) loops.touch(buffer);
  const { type } = to.buffer;
  const wide = type === 'i32' ? 'i32' : 'f64';
  const locals = new Locals();
  const [base, at, row, column, counter] = locals.many('i32', 5);
  const made = locals.local(wide);
  const place = ({ buffer, offset }: View): Place => ({
    address: () => buffer.address + offset * BYTES[type],
    plus: get(at),
  });
  const isNarrow = type === 'f32';
  const value = load(type, place(from));
  const [first, combine] = kind === 'sum' ? [0, { i32: 0x6a, f64: 0xa0 }] : [1, { i32: 0x6c, f64: 0xa2 }];
  const next = set(made, [get(made), isNarrow ? [value, 0xbb] : value, combine[wide]]);
  const put = store(type, place(to), isNarrow ? [get(made), 0xb6] : get(made));
  const stride = BYTES[type] * inner;
  const code: Code = [
    set(base, i32(isReverse ? (count - 1) * stride : 0)),
    repeat(row, outer, [
      repeat(column, inner, [
        set(at, get(base)),
        set(made, wide === 'i32' ? i32(first) : f64(first)),
        repeat(counter, count, [isExclusive ? [put, next] : [next, put], move(at, isReverse ? -stride : stride)]),
        move(base, BYTES[type]),
      ]),
      move(base, (count - 1) * stride),
    ]),
  ];
  loops.bodies.push({ locals, code });
}
