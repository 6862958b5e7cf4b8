import { isVector } from './arithmetic.js';
import {
  addressOf,
  type Code,
  get,
  i32,
  lane,
  load,
  loadSplat,
  Locals,
  move,
  type Place,
  plus,
  repeat,
  set,
  simd,
  store,
  storeLanes,
  tee,
  zeroVector,
} from './code.js';
import { type Buffer, everyPart, type Expression, sizeOf, type View } from './expression.js';
import type { Loops } from './loops.js';
import { bytesOf, Nest } from './nest.js';

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
    everyPart([end]).every(
      (part) => isVector(part) && (part.view === undefined || endStrides(part.view, end.shape) !== undefined),
    )
  );
}

export function writeProduct(loops: Loops, task: ProductTask, scratch: (size: number) => Buffer): void {
  const { a, b, to } = task;
  const [m, k] = a.shape.slice(-2) as [number, number];
  const n = b.shape.at(-1) as number;
  const [ar, ac] = a.strides.slice(-2).map((stride) => 4 * stride) as [number, number];
  const [br, bc] = b.strides.slice(-2).map((stride) => 4 * stride) as [number, number];
  const locals = new Locals();
  for (const view of [a, b, to, ...everyPart([task.end]).flatMap((part) => part.view ?? [])]) loops.touch(view.buffer);
  const batch = to.shape.slice(0, -2);
  const walks = [a, b, to].map((view) => ({ view, strides: bytesOf(view, to.shape).slice(0, -2) }));
  const nest = new Nest(batch, walks);
  const code = nest.write(locals, (place) =>
    nest.along(locals, false, () =>
      locals.scoped(() => {
        const isColumn = n === 1;
        // The only column is a row of the transposed product.
        const sides = isColumn
          ? { m: 1, n: m, ar: 0, ac: br, br: ac, bc: ar, a: b, b: a }
          : { m, n, ar, ac, br, bc, a, b };
        const writer = new Writer(loops, locals, task, place, { ...sides, k, isColumn }, scratch);
        return isColumn && m > 1 && ac === 4 && br === 4 && ar !== 4 ? writer.dots(m, ar) : writer.tiles();
      }),
    ),
  );
  loops.bodies.push({ locals, code });
}

/** A product as it is computed: `a` by rows, `b` by columns; strides in bytes. */
interface Sides {
  readonly a: View;
  readonly b: View;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly ar: number;
  readonly ac: number;
  readonly br: number;
  readonly bc: number;
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

  constructor(
    loops: Loops,
    locals: Locals,
    task: ProductTask,
    place: (view: View) => Place,
    sides: Sides,
    scratch: (size: number) => Buffer,
  ) {
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
    const isPacked = bc !== 4 || (n >= 128 && m >= 16);
    const packed = isPacked ? this.#pack() : undefined;
    const isBlocked = k > 1.5 * TERMS;
    const { to } = this.#task;
    const [row, column, until, counter, first, terms] = this.#locals.many('i32', 6);
    const tile = (rows: number, columns: number): Code =>
      this.#locals.scoped(() =>
        this.#tile(rows, columns, { row, column, first, terms, isBlocked, packed: packed?.buffer }),
      );
    const acrossColumns = (rows: (columns: number) => Code): Code => [
      set(column, i32(0)),
      wholeColumns > 0 ? repeat(counter, wholeColumns / 8, [rows(8), move(column, 8)]) : [],
      columnsLeft > 0 ? rows(columnsLeft) : [],
    ];
    const block = [
      wholeRows === 0
        ? []
        : [
            set(row, i32(0)),
            set(until, i32(0)),
            loop(
              [
                set(until, smaller(plus(get(until), i32(ROWS)), i32(wholeRows))),
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
              ],
              isLess(get(row), i32(wholeRows)),
            ),
          ],
      rowsLeft === 0 ? [] : [set(row, i32(wholeRows)), acrossColumns((columns) => tile(rowsLeft, columns))],
    ];
    if (!isBlocked) return [packed?.code ?? [], set(first, i32(0)), set(terms, i32(k)), block];
    const bytes = 4 * m * n;
    const at = this.#place(to);
    const clear = [plus(at.plus, addressOf(at)), i32(0), i32(bytes), 0xfc, 11, 0];
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
    }: { row: number; column: number; first: number; terms: number; isBlocked: boolean; packed: Buffer | undefined },
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
      address: () => (packed === undefined ? offsetOf(b) : packed.address) + 16 * v,
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
          : plus(times(get(column), 4 * k), times(get(first), 32)),
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
              true,
              (view) => {
                const [pointer, ofRow, ofColumn] = pointers.get(view) as readonly [number, number, number];
                const place = {
                  address: () => view.buffer.address + 4 * (view.offset + 4 * v * (ofColumn / 4)) + r * ofRow,
                  plus: get(pointer),
                };
                if (ofColumn !== 0) return load('v128', place);
                return view.buffer.type === 'f32' ? loadSplat(place) : simd('splatI32', load('i32', place));
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
                false,
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
    return [
      set(row, i32(0)),
      m >= 4 ? repeat(counter, Math.floor(m / 4), some(4)) : [],
      m % 4 > 0 ? repeat(counter, m % 4, some(1)) : [],
    ];
  }

  /** Eight columns side by side, one row after the other: as tiles go through them. */
  #pack(): { readonly buffer: Buffer; readonly code: Code } {
    const { b, k, n, br, bc } = this.#sides;
    const panels = Math.ceil(n / 8);
    const buffer = this.#scratch(8 * panels * k);
    this.#loops.touch(buffer);
    const locals = this.#locals;
    return locals.scoped(() => {
      const [counter, inner, from, source, target] = locals.many('i32', 5);
      const source4 = (index: number): Place => ({
        address: () => b.buffer.address + 4 * b.offset + index * bc,
        plus: get(source),
      });
      const target4 = (index: number): Place => ({ address: () => buffer.address + 4 * index, plus: get(target) });
      const panel = (columns: number): Code => [
        set(source, get(from)),
        repeat(inner, k, [
          bc === 4
            ? [0, 4]
                .slice(0, Math.ceil(columns / 4))
                .map((index) => store('v128', target4(index), load('v128', source4(index))))
            : Array.from({ length: columns }, (_, index) => store('f32', target4(index), load('f32', source4(index)))),
          move(source, br),
          move(target, 32),
        ]),
        move(from, 8 * bc),
      ];
      const whole = Math.floor(n / 8);
      const code = [
        set(from, this.#place(b).plus),
        set(target, i32(0)),
        whole > 0 ? repeat(counter, whole, panel(8)) : [],
        n % 8 > 0 ? panel(n % 8) : [],
      ];
      return { buffer, code };
    });
  }
}

function loop(body: Code, condition: Code): Code {
  return [0x03, 0x40, body, condition, 0x0d, 0, 0x0b];
}

function isLess(a: Code, b: Code): Code {
  return [a, b, 0x49];
}

function smaller(a: Code, b: Code): Code {
  return [a, b, a, b, 0x49, 0x1b];
}
