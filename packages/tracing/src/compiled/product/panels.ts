import {
  type Code,
  get,
  i32,
  load,
  type Locals,
  lowerHalves,
  move,
  type Place,
  plus,
  repeat,
  repeatFor,
  set,
  simd,
  store,
  upperHalves,
  when,
} from '../code.js';
import type { Buffer, View } from '../expression.js';
import { beginOf, type Division, endOf, isLast } from '../threads/division.js';

/** For some columns at a time, of all or of a part. */
export function repeatPanels(
  counter: number,
  { columns, width }: { readonly columns: number; readonly width: number },
  division: Division | undefined,
  body: Code,
): Code {
  if (division === undefined) return repeat(counter, columns / width, body);
  return repeatFor(counter, [[endOf(division, columns), beginOf(division), 0x6b], i32(width), 0x6e], body);
}

/** What rows are multiplied by: `k` rows of `n` columns, from one to the next by `br` and `bc` bytes. */
export interface RightSide {
  readonly b: View;
  readonly k: number;
  readonly n: number;
  readonly br: number;
  readonly bc: number;
}

/** Where panels are written. */
interface Panels {
  readonly locals: Locals;
  /** What is added to the address of the columns, and to that of the panels. */
  readonly from: Code;
  readonly to: Code;
  /** Which columns a part writes; by default all. */
  readonly columns: Division | undefined;
}

/** Writes eight columns side by side, one row after the other, and then the next eight. */
export function writePanels(
  buffer: Buffer,
  { b, k, n, br, bc }: RightSide,
  { locals, from: begin, to, columns }: Panels,
): Code {
  return locals.scoped(() => {
    const [counter, inner, from, source, target] = locals.many('i32', 5);
    const rows = locals.many('v128', 4);
    const place = (index: number): Place => ({
      address: () => b.buffer.address + 4 * b.offset + index * bc,
      plus: get(source),
    });
    const targetOf = (index: number): Place => ({ address: () => buffer.address + 4 * index, plus: get(target) });
    const next = (count: number): Code => [move(source, count * br), move(target, 32 * count)];
    const one = (count: number): Code => [
      bc === 4
        ? [0, 4]
            .slice(0, Math.ceil(count / 4))
            .map((index) => store('v128', targetOf(index), load('v128', place(index))))
        : Array.from({ length: count }, (_, index) => store('f32', targetOf(index), load('f32', place(index)))),
      next(1),
    ];
    // Columns that lie along their numbers: four of four at a time, as a square that is turned.
    const square = (first: number): Code => [
      rows.map((row, index) => set(row, load('v128', place(first + index)))),
      turned(rows).map((row, index) => store('v128', targetOf(8 * index + first), row)),
    ];
    const panel = (count: number): Code => {
      const fours = br === 4 && bc !== 4 && count === 8 ? Math.floor(k / 4) : 0;
      return [
        set(source, get(from)),
        repeat(inner, fours, [square(0), square(4), next(4)]),
        repeat(inner, k - 4 * fours, one(count)),
        move(from, 8 * bc),
      ];
    };
    const whole = n - (n % 8);
    const skipped = (by: number): Code => (columns === undefined ? i32(0) : [beginOf(columns), i32(by), 0x6c]);
    const left = n % 8 > 0 ? panel(n % 8) : [];
    return [
      set(from, plus(begin, skipped(bc))),
      set(target, plus(to, skipped(4 * k))),
      whole > 0 ? repeatPanels(counter, { columns: whole, width: 8 }, columns, panel(8)) : [],
      columns === undefined ? left : when(isLast(columns), left),
    ];
  });
}

/** The columns of four rows of four. */
function turned(rows: readonly [number, number, number, number]): Code[] {
  const [a, b, c, d] = rows.map(get) as [Code, Code, Code, Code];
  const lower = (x: Code, y: Code): Code => [
    simd('shuffle', x, y),
    [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23],
  ];
  const upper = (x: Code, y: Code): Code => [
    simd('shuffle', x, y),
    [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31],
  ];
  return [
    lowerHalves(lower(a, b), lower(c, d)),
    upperHalves(lower(a, b), lower(c, d)),
    lowerHalves(upper(a, b), upper(c, d)),
    upperHalves(upper(a, b), upper(c, d)),
  ];
}
