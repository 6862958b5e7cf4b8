import {
  type Code,
  get,
  i32,
  lane,
  load,
  move,
  type Place,
  plus,
  repeat,
  repeatFor,
  set,
  store,
  when,
  zeroVector,
} from '../code.js';
import { everyPart, type View } from '../expression.js';
import { beginOf, endOf, isLast } from '../threads/division.js';
import type { ProductContext } from './context.js';
import { endStrides } from './task.js';

/** Products of rows with the one column, both along their numbers. */
export function writeDots({ loops, locals, task, sides, divided, place }: ProductContext): Code {
  // The only column is the left side.
  const { k, n: m, bc: ar, a: column, b: matrix } = sides;
  const { to, end, product } = task;
  const [row, counter, pa, pb, inner] = locals.many('i32', 5);
  const parts = everyPart([end]);
  const placeOf = (view: View, plusCode: Code, by = 0): Place => ({
    address: () => view.buffer.address + 4 * view.offset + by,
    plus: plusCode,
  });
  const some = (rows: number): Code =>
    locals.scoped(() => {
      const sums = Array.from({ length: rows }, () => locals.local('v128'));
      const totals = Array.from({ length: rows }, () => locals.local('f32'));
      const factor = locals.local('v128');
      const fours = Math.floor(k / 4);
      const left = k % 4;
      return [
        set(pa, plus(place(matrix).plus, [get(row), i32(ar), 0x6c])),
        set(pb, place(column).plus),
        sums.map((sum) => set(sum, zeroVector())),
        fours > 0
          ? repeat(inner, fours, [
              set(factor, load('v128', placeOf(column, get(pb)))),
              sums.map((sum, r) =>
                set(sum, loops.addProduct(get(sum), get(factor), load('v128', placeOf(matrix, get(pa), r * ar)))),
              ),
              move(pa, 16),
              move(pb, 16),
            ])
          : [],
        sums.map((sum, r) => {
          const x = (index: number): Code => lane('extractF32', index, get(sum));
          return set(totals[r] as number, [[x(0), x(1), 0x92], [x(2), x(3), 0x92], 0x92]);
        }),
        left > 0
          ? repeat(inner, left, [
              totals.map((total, r) =>
                set(total, [
                  get(total),
                  load('f32', placeOf(matrix, get(pa), r * ar)),
                  load('f32', placeOf(column, get(pb))),
                  0x94,
                  0x92,
                ]),
              ),
              move(pa, 4),
              move(pb, 4),
            ])
          : [],
        totals.map((total, r) =>
          locals.scoped(() => {
            const write = loops.writer(
              parts,
              locals,
              1,
              (view) => {
                const [byRow] = endStrides(view, end.shape) as readonly [number, number];
                return load(view.buffer.type, placeOf(view, [get(row), i32(byRow), 0x6c], r * byRow));
              },
              new Map([[product, get(total)]]),
            );
            const at = plus(place(to).plus, [get(row), i32(4), 0x6c]);
            return store('f32', placeOf(to, at, 4 * r), write(end));
          }),
        ),
        move(row, rows),
      ];
    });
  const left = m % 4 > 0 ? repeat(counter, m % 4, some(1)) : [];
  const { rows } = divided;
  if (rows === undefined) return [set(row, i32(0)), m >= 4 ? repeat(counter, Math.floor(m / 4), some(4)) : [], left];
  const fours = [[endOf(rows, m - (m % 4)), beginOf(rows), 0x6b], i32(2), 0x76];
  return [set(row, beginOf(rows)), repeatFor(counter, fours, some(4)), when(isLast(rows), left)];
}
