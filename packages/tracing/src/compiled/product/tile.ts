import {
  addressOf,
  type Code,
  get,
  i32,
  load,
  loadSplat,
  move,
  type Place,
  plus,
  set,
  simd,
  splatLane,
  store,
  storeLanes,
  tee,
  zeroVector,
} from '../code.js';
import { everyPart, type View } from '../expression.js';
import type { ProductContext } from './context.js';
import { type Packed, packedPlace } from './packing.js';
import { expressionWriter } from '../write-expression.js';
import { endStrides } from './task.js';

/** Some rows and columns of a product that are summed in registers: four and eight at most, of one or two rows 16 columns. */
interface Tile {
  readonly rows: number;
  readonly columns: number;
  /** Locals: the first ones of these, the first term, and how many terms. */
  readonly row: number;
  readonly column: number;
  readonly first: number;
  readonly terms: number;
  /** Whether others were summed before. */
  readonly isBlocked: boolean;
  readonly packed: { readonly a: Packed | undefined; readonly b: Packed | undefined };
}

export function writeTile(context: ProductContext, tile: Tile): Code {
  const { loops, locals, sides, task, place } = context;
  const { a, b, ar, ac, br, bc, n, k } = sides;
  const { rows, columns, row, column, first, terms, isBlocked, packed } = tile;
  const { to } = task;
  const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
  const vectors = Math.ceil(columns / 4);
  const cells = range(rows).map(() => range(vectors).map(() => locals.local('v128')));
  // What only one row is multiplied by needs no register.
  const factors = rows === 1 ? [] : range(vectors).map(() => locals.local('v128'));
  const [pa, pb, pc, count] = locals.many('i32', 4);
  const [four, splat] = locals.many('v128', 2);
  const times = (x: Code, by: number): Code => [x, i32(by), 0x6c];
  const offsetOf = (view: View): number => view.buffer.address + 4 * view.offset;
  // Pointers are whole addresses: instructions without one are shorter, and more of them are decoded at a time.
  const begin = (view: View): Code => plus(addressOf({ address: () => offsetOf(view) }), place(view).plus);
  const fromA =
    packed.a === undefined
      ? plus(plus(begin(a), times(get(row), ar)), times(get(first), ac))
      : packedPlace(packed.a, k, get(row), get(first));
  const fromB =
    packed.b === undefined
      ? plus(plus(begin(b), times(get(column), bc)), times(get(first), br))
      : packedPlace(packed.b, k, get(column), get(first));
  const at = (pointer: number, by: number): Place => ({ address: () => by, plus: get(pointer) });
  // Rows side by side are loaded together: a register less for each of them, of which there are few.
  const areTogether = rows > 1 && (packed.a !== undefined || ar === 4);
  const fromPb = (v: number): Code => load('v128', at(pb, 16 * v));
  const body = [
    factors.map((factor, v) => set(factor, fromPb(v))),
    areTogether ? set(four, load('v128', at(pa, 0))) : [],
    cells.map((cellsOfRow, r) => [
      set(splat, areTogether ? splatLane(r, get(four)) : loadSplat(at(pa, r * ar))),
      cellsOfRow.map((cell, v) =>
        set(cell, loops.addProduct(get(cell), get(splat), rows === 1 ? fromPb(v) : get(factors[v] as number))),
      ),
    ]),
    move(pa, packed.a === undefined ? ac : 32),
    move(pb, packed.b === undefined ? br : 32),
  ];
  const cPlace = (r: number, v: number): Place => ({ address: () => offsetOf(to) + 4 * r * n + 16 * v, plus: get(pc) });
  return [
    set(pa, fromA),
    set(pb, fromB),
    set(pc, plus(plus(place(to).plus, times(get(row), 4 * n)), times(get(column), 4))),
    cells.flat().map((cell) => set(cell, zeroVector())),
    k === 0 ? [] : [set(count, get(terms)), [0x03, 0x40, body, tee(count, [get(count), i32(1), 0x6b]), 0x0d, 0, 0x0b]],
    writeEnds(
      context,
      tile,
      (r, v) => {
        const cell = get((cells[r] as number[])[v] as number);
        // Block by block, each from 0: a long sum in float32 rounds less.
        return isBlocked ? simd('addF32', load('v128', cPlace(r, v)), cell) : cell;
      },
      (r, v, value) => {
        const left = columns - 4 * v;
        return left >= 4 ? store('v128', cPlace(r, v), value) : storeLanes(left, cPlace(r, v), value);
      },
    ),
  ];
}

/** What becomes of the numbers of a tile. */
function writeEnds(
  { loops, locals, task, sides: { isColumn } }: ProductContext,
  { rows, columns, row, column }: Tile,
  cell: (r: number, v: number) => Code,
  put: (r: number, v: number, value: Code) => Code,
): Code {
  const { end, product } = task;
  const parts = everyPart([end]);
  const pointers = new Map<View, readonly [number, number, number]>();
  const begin = parts.flatMap(({ view }): Code[] => {
    if (view === undefined) return [];
    const [byRow, byColumn] = endStrides(view, end.shape) as readonly [number, number];
    const [ofRow, ofColumn] = isColumn ? [byColumn, byRow] : [byRow, byColumn];
    const pointer = locals.local('i32');
    pointers.set(view, [pointer, ofRow, ofColumn]);
    return [set(pointer, plus([get(row), i32(ofRow), 0x6c], [get(column), i32(ofColumn), 0x6c]))];
  });
  const all: Code[] = [];
  for (let r = 0; r < rows; r++)
    for (let v = 0; 4 * v < columns; v++)
      all.push(
        locals.scoped(() => {
          const write = expressionWriter({
            parts,
            operations: loops.operations,
            locals,
            lanes: 4,
            readView: (view) => {
              const [pointer, ofRow, ofColumn] = pointers.get(view) as readonly [number, number, number];
              const place = {
                address: () => view.buffer.address + 4 * (view.offset + 4 * v * (ofColumn / 4)) + r * ofRow,
                plus: get(pointer),
              };
              return ofColumn === 0 ? loadSplat(place) : load('v128', place);
            },
            given: new Map([[product, cell(r, v)]]),
          });
          return put(r, v, write(end));
        }),
      );
  return [begin, all];
}
