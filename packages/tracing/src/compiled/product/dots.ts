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
import { expressionWriter } from '../write-expression.js';
import { endStrides } from './task.js';

/** Products of one row with columns that lie along their numbers; or of rows with the one column, which is the same. */
export function writeDots({ loops, locals, task, sides, divided, place }: ProductContext): Code {
  const { k, n, bc, a, b, isColumn } = sides;
  const { to, end, product } = task;
  const [column, counter, pa, pb, inner] = locals.many('i32', 5);
  const parts = everyPart([end]);
  const placeOf = (view: View, plusCode: Code, by = 0): Place => ({
    address: () => view.buffer.address + 4 * view.offset + by,
    plus: plusCode,
  });
  const some = (columns: number): Code =>
    locals.scoped(() => {
      const sums = Array.from({ length: columns }, () => locals.local('v128'));
      const totals = Array.from({ length: columns }, () => locals.local('f32'));
      const factor = locals.local('v128');
      const fours = Math.floor(k / 4);
      const left = k % 4;
      return [
        set(pb, plus(place(b).plus, [get(column), i32(bc), 0x6c])),
        set(pa, place(a).plus),
        sums.map((sum) => set(sum, zeroVector())),
        fours > 0
          ? repeat(inner, fours, [
              set(factor, load('v128', placeOf(a, get(pa)))),
              sums.map((sum, c) =>
                set(sum, loops.addProduct(get(sum), get(factor), load('v128', placeOf(b, get(pb), c * bc)))),
              ),
              move(pa, 16),
              move(pb, 16),
            ])
          : [],
        sums.map((sum, c) => {
          const x = (index: number): Code => lane('extractF32', index, get(sum));
          return set(totals[c] as number, [[x(0), x(1), 0x92], [x(2), x(3), 0x92], 0x92]);
        }),
        left > 0
          ? repeat(inner, left, [
              totals.map((total, c) =>
                set(total, [
                  get(total),
                  load('f32', placeOf(b, get(pb), c * bc)),
                  load('f32', placeOf(a, get(pa))),
                  0x94,
                  0x92,
                ]),
              ),
              move(pa, 4),
              move(pb, 4),
            ])
          : [],
        totals.map((total, c) =>
          locals.scoped(() => {
            const write = expressionWriter({
              parts,
              operations: loops.operations,
              locals,
              lanes: 1,
              readView: (view) => {
                const [byRow, byColumn] = endStrides(view, end.shape) as readonly [number, number];
                const by = isColumn ? byRow : byColumn;
                return load(view.buffer.type, placeOf(view, [get(column), i32(by), 0x6c], c * by));
              },
              given: new Map([[product, get(total)]]),
            });
            const at = plus(place(to).plus, [get(column), i32(4), 0x6c]);
            return store('f32', placeOf(to, at, 4 * c), write(end));
          }),
        ),
        move(column, columns),
      ];
    });
  const left = n % 4 > 0 ? repeat(counter, n % 4, some(1)) : [];
  const division = divided.columns;
  if (division === undefined)
    return [set(column, i32(0)), n >= 4 ? repeat(counter, Math.floor(n / 4), some(4)) : [], left];
  const fours = [[endOf(division, n - (n % 4)), beginOf(division), 0x6b], i32(2), 0x76];
  return [set(column, beginOf(division)), repeatFor(counter, fours, some(4)), when(isLast(division), left)];
}
