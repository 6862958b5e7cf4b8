import { lanesOf } from './arithmetic.js';
import {
  addressOf,
  type Code,
  get,
  i32,
  lane,
  load,
  loadSplat,
  type Locals,
  move,
  type Place,
  plus,
  repeat,
  repeatFor,
  set,
  simd,
  smaller,
  store,
  storeLanes,
  tee,
  when,
  zeroVector,
} from './code.js';
import { sizeOf } from '../program.js';
import { type Buffer, everyPart, type Expression, type View } from './expression.js';
import type { Loops } from './loops.js';
import { bytesOf, Nest } from './nest.js';
import { repeatPanels, type RightSide, writePanels } from './panels.js';
import { beginOf, type Division, endOf, isLast } from './threads/division.js';

/** Rows that are gone through with all columns, so that they stay in a near cache. */
const ROWS = 64;
/** Terms that are summed in registers before the next columns. */
const TERMS = 256;

/** A product of matrices, what becomes of each of its numbers, and where that goes. */
export interface ProductTask {
  readonly a: View;
  readonly b: View;
  /** Row by row. */
  readonly to: View;
  /** Of the expression `product`; by default it itself. */
  readonly end: Expression;
  readonly product: Expression;
}

/** Where a view has the numbers for a row and a column of a product, in bytes; undefined where not four at a time. */
function endStrides(view: View, shape: readonly number[]): readonly [number, number] | undefined {
  const bytes = bytesOf(view, shape);
  const column = bytes.at(-1) as number;
  if (view.buffer.type === 'f64' || ((shape.at(-1) as number) > 1 && column !== 0 && column !== 4)) return undefined;
  let row = 0;
  let size = 1;
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    if (shape[axis] === 1) continue;
    if (size === 1) row = bytes[axis] as number;
    else if (bytes[axis] !== row * size) return undefined;
    size *= shape[axis] as number;
  }
  if (row < 0) return undefined;
  return [row, shape.at(-1) === 1 ? 0 : column];
}

/** How many terms a sum may have that is ended in registers. */
export function canEnd(end: Expression, product: Expression): boolean {
  const { shape } = product;
  const { a, b } = product.product as NonNullable<Expression['product']>;
  const isOne = a.shape.length === 2 && b.shape.length === 2;
  return (
    isOne &&
    (a.shape[1] as number) <= 1.5 * TERMS &&
    sizeOf(end.shape) === sizeOf(shape) &&
    lanesOf(everyPart([end])) === 4 &&
    everyPart([end]).every(({ view }) => view === undefined || endStrides(view, end.shape) !== undefined)
  );
}

export function writeProduct(loops: Loops, task: ProductTask, scratch: (size: number) => Buffer): void {
  const { a, b, to } = task;
  const [m, k] = a.shape.slice(-2) as [number, number];
  const n = b.shape.at(-1) as number;
  const [ar, ac] = a.strides.slice(-2).map((stride) => 4 * stride) as [number, number];
  const [br, bc] = b.strides.slice(-2).map((stride) => 4 * stride) as [number, number];
  const touch = (): void => {
    for (const view of [a, b, to, ...everyPart([task.end]).flatMap((part) => part.view ?? [])])
      loops.touch(view.buffer);
  };
  touch();
  const batch = to.shape.slice(0, -2);
  const walks = [a, b, to].map((view) => ({ view, strides: bytesOf(view, to.shape).slice(0, -2) }));
  const nest = new Nest(batch, walks);
  const isColumn = n === 1;
  // The only column is a row of the transposed product.
  const sides = isColumn ? { m: 1, n: m, ar: 0, ac: br, br: ac, bc: ar, a: b, b: a } : { m, n, ar, ac, br, bc, a, b };
  const areDots = isColumn && m > 1 && ac === 4 && br === 4 && ar !== 4;
  const along = nest.depth > 0 ? 'batch' : areDots || sides.m >= 8 ? 'rows' : 'columns';
  const [size, unit] = { batch: [nest.outer, 1], rows: [m, 4], columns: [sides.n, 8] }[along] as [number, number];
  const { locals, division } = loops.divide(size, unit, sizeOf(to.shape) * k);
  const write = (place: (view: View) => Place): Code =>
    nest.along(locals, 1, () =>
      locals.scoped(() => {
        const writer = new Writer(loops, locals, task, place, { ...sides, k, isColumn }, scratch, {
          [along]: division,
        });
        return areDots ? writer.dots(m, ar) : writer.tiles();
      }),
    );
  const code = nest.write(locals, write, { division: along === 'batch' ? division : undefined });
  touch(); // by what comes after a body that packs, too
  loops.bodies.push({ locals, code, parts: division?.parts });
}

/** What of a product is divided, if anything is. */
interface Divided {
  readonly batch?: Division | undefined;
  readonly rows?: Division | undefined;
  readonly columns?: Division | undefined;
}

/** A product as it is computed: `a` by rows, `b` by columns; strides in bytes. */
interface Sides extends RightSide {
  readonly a: View;
  readonly m: number;
  readonly ar: number;
  readonly ac: number;
  /** Whether rows and columns have changed places. */
  readonly isColumn: boolean;
}

class Writer {
  readonly #loops: Loops;
  readonly #locals: Locals;
  readonly #task: ProductTask;
  readonly #place: (view: View) => Place;
  readonly #sides: Sides;
  readonly #scratch: (size: number) => Buffer;
  readonly #divided: Divided;

  constructor(
    loops: Loops,
    locals: Locals,
    task: ProductTask,
    place: (view: View) => Place,
    sides: Sides,
    scratch: (size: number) => Buffer,
    divided: Divided,
  ) {
    this.#divided = divided;
    this.#loops = loops;
    this.#locals = locals;
    this.#task = task;
    this.#place = place;
    this.#sides = sides;
    this.#scratch = scratch;
  }

  /** Tiles of four rows and eight columns, in registers. */
  tiles(): Code {
    const { m, n, k, bc } = this.#sides;
    const [wholeRows, rowsLeft] = [m - (m % 4), m % 4];
    const [wholeColumns, columnsLeft] = [n - (n % 8), n % 8];
    const isPacked = bc !== 4 || (m >= 16 && n >= 128) || (m >= 256 && n >= 16);
    const packed = isPacked ? this.#pack() : undefined;
    const { rows: ofRows, columns: ofColumns } = this.#divided;
    const firstRow = ofRows === undefined ? i32(0) : beginOf(ofRows);
    const lastRow = ofRows === undefined ? i32(wholeRows) : endOf(ofRows, wholeRows);
    // Only the last part has what is left of the tiles.
    const inLast = (division: Division | undefined, code: Code): Code =>
      division === undefined ? code : when(isLast(division), code);
    const isBlocked = k > 1.5 * TERMS;
    const { to } = this.#task;
    const [row, column, until, counter, first, terms] = this.#locals.many('i32', 6);
    const tile = (rows: number, columns: number): Code =>
      this.#locals.scoped(() => this.#tile(rows, columns, { row, column, first, terms, isBlocked, packed }));
    const acrossColumns = (rows: (columns: number) => Code): Code => [
      set(column, ofColumns === undefined ? i32(0) : beginOf(ofColumns)),
      wholeColumns > 0 ? repeatPanels(counter, wholeColumns, ofColumns, [rows(8), move(column, 8)]) : [],
      columnsLeft > 0 ? inLast(ofColumns, rows(columnsLeft)) : [],
    ];
    const block = [
      wholeRows === 0
        ? []
        : [
            set(row, firstRow),
            set(until, firstRow),
            loopWhile(ofRows !== undefined, isLess(get(row), lastRow), [
              set(until, smaller(plus(get(until), i32(ROWS)), lastRow)),
              acrossColumns((columns) => {
                const start = this.#locals.local('i32');
                return [
                  set(start, get(row)),
                  loop([tile(4, columns), move(row, 4)], isLess(get(row), get(until))),
                  // The next columns begin with the same rows.
                  [set(row, get(start))],
                ];
              }),
              set(row, get(until)),
            ]),
          ],
      rowsLeft === 0
        ? []
        : inLast(ofRows, [set(row, i32(wholeRows)), acrossColumns((columns) => tile(rowsLeft, columns))]),
    ];
    if (!isBlocked) return [packed?.code ?? [], set(first, i32(0)), set(terms, i32(k)), block];
    const at = this.#place(to);
    const clear = this.#spans().map(([begin, count]) => [
      plus(plus(at.plus, addressOf(at)), [begin, i32(4), 0x6c]),
      [i32(0), [count, i32(4), 0x6c]],
      [0xfc, 11, 0],
    ]);
    return [
      packed?.code ?? [],
      clear,
      set(first, i32(0)),
      loop(
        [set(terms, smaller([i32(k), get(first), 0x6b], i32(TERMS))), block, move(first, TERMS)],
        isLess(get(first), i32(k)),
      ),
    ];
  }

  /** Where a part has its numbers: where each span begins, and how many numbers it has. */
  #spans(): [Code, Code][] {
    const { m, n } = this.#sides;
    const { rows, columns } = this.#divided;
    const count = (division: Division): Code => [endOf(division), beginOf(division), 0x6b];
    if (rows !== undefined)
      return [
        [
          [beginOf(rows), i32(n), 0x6c],
          [count(rows), i32(n), 0x6c],
        ],
      ];
    if (columns === undefined) return [[i32(0), i32(m * n)]];
    return Array.from({ length: m }, (_, row) => [plus(beginOf(columns), i32(row * n)), count(columns)]);
  }

  #tile(
    rows: number,
    columns: number,
    {
      row,
      column,
      first,
      terms,
      isBlocked,
      packed,
    }: { row: number; column: number; first: number; terms: number; isBlocked: boolean; packed: Packed | undefined },
  ): Code {
    const { a, b, ar, ac, br, bc, n, k } = this.#sides;
    const { to } = this.#task;
    const locals = this.#locals;
    const vectors = Math.ceil(columns / 4);
    const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
    const cells = range(rows).map(() => range(vectors).map(() => locals.local('v128')));
    const factors = range(vectors).map(() => locals.local('v128'));
    const [pa, pb, pc, count] = [0, 1, 2, 3].map(() => locals.local('i32')) as [number, number, number, number];
    const splat = locals.local('v128');
    const offsetOf = (view: View): number => view.buffer.address + 4 * view.offset;
    const aPlace = (r: number): Place => ({ address: () => offsetOf(a) + r * ar, plus: get(pa) });
    const bPlace = (v: number): Place => ({
      address: () => (packed === undefined ? offsetOf(b) : packed.buffer.address) + 16 * v,
      plus: get(pb),
    });
    const cPlace = (r: number, v: number): Place => ({
      address: () => offsetOf(to) + 4 * r * n + 16 * v,
      plus: get(pc),
    });
    const each = (write: (cell: number) => Code): Code => cells.flat().map(write);
    const times = (x: Code, by: number): Code => [x, i32(by), 0x6c];
    const step = packed === undefined ? br : 32;
    const begin = [
      set(pa, plus(plus(this.#place(a).plus, times(get(row), ar)), times(get(first), ac))),
      set(
        pb,
        packed === undefined
          ? plus(plus(this.#place(b).plus, times(get(column), bc)), times(get(first), br))
          : plus(packed.plus, plus(times(get(column), 4 * k), times(get(first), 32))),
      ),
      set(pc, plus(plus(this.#place(to).plus, times(get(row), 4 * n)), times(get(column), 4))),
      each((cell) => set(cell, zeroVector())),
    ];
    const body = [
      factors.map((factor, v) => set(factor, load('v128', bPlace(v)))),
      cells.map((cellsOfRow, r) => [
        set(splat, loadSplat(aPlace(r))),
        cellsOfRow.map((cell, v) =>
          set(cell, simd('addF32', get(cell), simd('mulF32', get(splat), get(factors[v] as number)))),
        ),
      ]),
      move(pa, ac),
      move(pb, step),
    ];
    return [
      begin,
      k === 0 ? [] : [set(count, get(terms)), loop(body, tee(count, [get(count), i32(1), 0x6b]))],
      this.#ends(
        rows,
        columns,
        row,
        column,
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
  #ends(
    rows: number,
    columns: number,
    row: number,
    column: number,
    cell: (r: number, v: number) => Code,
    put: (r: number, v: number, value: Code) => Code,
  ): Code {
    const { end, product } = this.#task;
    const { isColumn } = this.#sides;
    const parts = everyPart([end]);
    const pointers = new Map<View, readonly [number, number, number]>();
    const begin = parts.flatMap(({ view }): Code[] => {
      if (view === undefined) return [];
      const [byRow, byColumn] = endStrides(view, end.shape) as readonly [number, number];
      const [ofRow, ofColumn] = isColumn ? [byColumn, byRow] : [byRow, byColumn];
      const pointer = this.#locals.local('i32');
      pointers.set(view, [pointer, ofRow, ofColumn]);
      return [set(pointer, plus([get(row), i32(ofRow), 0x6c], [get(column), i32(ofColumn), 0x6c]))];
    });
    const all: Code[] = [];
    for (let r = 0; r < rows; r++)
      for (let v = 0; 4 * v < columns; v++)
        all.push(
          this.#locals.scoped(() => {
            const write = this.#loops.writer(
              parts,
              this.#locals,
              4,
              (view) => {
                const [pointer, ofRow, ofColumn] = pointers.get(view) as readonly [number, number, number];
                const place = {
                  address: () => view.buffer.address + 4 * (view.offset + 4 * v * (ofColumn / 4)) + r * ofRow,
                  plus: get(pointer),
                };
                return ofColumn === 0 ? loadSplat(place) : load('v128', place);
              },
              new Map([[product, cell(r, v)]]),
            );
            return put(r, v, write(end));
          }),
        );
    return [begin, all];
  }

  /** Products of rows with the one column, both along their numbers. */
  dots(m: number, ar: number): Code {
    const { k, a: column, b: matrix } = this.#sides;
    const { to, end, product } = this.#task;
    const locals = this.#locals;
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
          set(pa, plus(this.#place(matrix).plus, [get(row), i32(ar), 0x6c])),
          set(pb, this.#place(column).plus),
          sums.map((sum) => set(sum, zeroVector())),
          fours > 0
            ? repeat(inner, fours, [
                set(factor, load('v128', placeOf(column, get(pb)))),
                sums.map((sum, r) =>
                  set(
                    sum,
                    simd(
                      'addF32',
                      get(sum),
                      simd('mulF32', get(factor), load('v128', placeOf(matrix, get(pa), r * ar))),
                    ),
                  ),
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
              const write = this.#loops.writer(
                parts,
                locals,
                1,
                (view) => {
                  const [byRow] = endStrides(view, end.shape) as readonly [number, number];
                  return load(view.buffer.type, placeOf(view, [get(row), i32(byRow), 0x6c], r * byRow));
                },
                new Map([[product, get(total)]]),
              );
              const at = plus(this.#place(to).plus, [get(row), i32(4), 0x6c]);
              return store('f32', placeOf(to, at, 4 * r), write(end));
            }),
          ),
          move(row, rows),
        ];
      });
    const left = m % 4 > 0 ? repeat(counter, m % 4, some(1)) : [];
    const { rows } = this.#divided;
    if (rows === undefined) return [set(row, i32(0)), m >= 4 ? repeat(counter, Math.floor(m / 4), some(4)) : [], left];
    const fours = [[endOf(rows, m - (m % 4)), beginOf(rows), 0x6b], i32(2), 0x76];
    return [set(row, beginOf(rows)), repeatFor(counter, fours, some(4)), when(isLast(rows), left)];
  }

  /** Eight columns side by side, one row after the other: as tiles go through them. Parts that have the same columns have them from a body before. */
  #pack(): Packed {
    const { k, n } = this.#sides;
    const { batch, rows, columns } = this.#divided;
    const size = 8 * Math.ceil(n / 8) * k;
    const buffer = this.#scratch(size * (batch?.parts ?? 1));
    if (rows !== undefined) {
      const { locals, division } = this.#loops.divide(n, 8, 4 * n * k);
      this.#loops.touch(buffer);
      this.#loops.bodies.push({
        locals,
        code: writePanels(buffer, this.#sides, { locals, from: i32(0), to: i32(0), columns: division }),
        parts: division?.parts,
      });
    }
    this.#loops.touch(buffer);
    const to = batch === undefined ? i32(0) : [get(0), i32(4 * size), 0x6c];
    const code =
      rows === undefined
        ? writePanels(buffer, this.#sides, { locals: this.#locals, from: this.#place(this.#sides.b).plus, to, columns })
        : [];
    return { buffer, plus: to, code };
  }
}

/** What was packed: where, and what is added to that for a part. */
interface Packed {
  readonly buffer: Buffer;
  readonly plus: Code;
  readonly code: Code;
}

function loop(body: Code, condition: Code): Code {
  return [0x03, 0x40, body, condition, 0x0d, 0, 0x0b];
}

/** A loop that runs at least once, unless it may not. */
function loopWhile(isMaybe: boolean, condition: Code, body: Code): Code {
  return isMaybe ? when(condition, loop(body, condition)) : loop(body, condition);
}

function isLess(a: Code, b: Code): Code {
  return [a, b, 0x49];
}
