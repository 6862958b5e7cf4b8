import { addressOf, type Code, get, i32, move, plus, set, smaller, when } from '../code.js';
import { beginOf, type Division, endOf, isLast } from '../threads/division.js';
import type { ProductContext, Sides } from './context.js';
import { type Packed, pack } from './packing.js';
import { repeatPanels } from './panels.js';
import { MOST_TERMS, TERMS } from './task.js';
import { writeTile } from './tile.js';

/** Rows that are gone through with all columns, so that they stay in a near cache. */
const ROWS = 64;
/** Terms of a block where the left side is gone through down its columns: so many lines of both sides fit into the nearest cache. */
const TERMS_DOWN = 64;
/** Bytes of a row down which there is no going: each number is in another line of the cache, and there is room for few of these. */
const LONG_ROW = 1024;

/** Which sides are copied before, so that a tile has its numbers side by side. */
function packedOf(context: ProductContext): { readonly a: Packed | undefined; readonly b: Packed | undefined } {
  const { m, n, k, ar, ac, bc } = context.sides;
  const isDown = ar === 4 && ac >= LONG_ROW && m >= 16 && n >= 64 && k >= 64;
  return {
    a: isDown ? pack(context, 'a') : undefined,
    b: bc !== 4 || (m >= 16 && n >= 128) || (m >= 256 && n >= 16) ? pack(context, 'b') : undefined,
  };
}

/** How many columns a tile has: with few rows more of them, so that there are sums enough to add to while others are under way. */
export function widthOf({ m, bc }: Pick<Sides, 'm' | 'bc'>): number {
  return bc === 4 && m <= 2 ? 16 : 8;
}

/** Tiles of four rows and eight columns, in registers, and narrower ones at the edges. */
export function writeTiles(context: ProductContext): Code {
  const { loops, locals, task, sides, divided, place } = context;
  const { m, n, k } = sides;
  const [wholeRows, rowsLeft] = [m - (m % 4), m % 4];
  const packed = packedOf(context);
  const width = widthOf(context.sides);
  const [wholeColumns, columnsLeft] = [n - (n % width), n % width];
  for (const side of [packed.a, packed.b]) if (side !== undefined) loops.touch(side.buffer);
  const { rows: ofRows, columns: ofColumns } = divided;
  const firstRow = ofRows === undefined ? i32(0) : beginOf(ofRows);
  const lastRow = ofRows === undefined ? i32(wholeRows) : endOf(ofRows, wholeRows);
  // Only the last part has what is left of the tiles.
  const inLast = (division: Division | undefined, code: Code): Code =>
    division === undefined ? code : when(isLast(division), code);
  const isBlocked = k > MOST_TERMS;
  const most = sides.ar === 4 && packed.a === undefined ? TERMS_DOWN : TERMS;
  const [row, column, until, counter, first, terms] = locals.many('i32', 6);
  const tile = (rows: number, columns: number): Code =>
    locals.scoped(() => writeTile(context, { rows, columns, row, column, first, terms, isBlocked, packed }));
  const acrossColumns = (rows: (columns: number) => Code): Code => [
    set(column, ofColumns === undefined ? i32(0) : beginOf(ofColumns)),
    wholeColumns > 0
      ? repeatPanels(counter, { columns: wholeColumns, width }, ofColumns, [rows(width), move(column, width)])
      : [],
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
              const start = locals.local('i32');
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
  const before = [packed.a?.code ?? [], packed.b?.code ?? []];
  if (!isBlocked) return [before, set(first, i32(0)), set(terms, i32(k)), block];
  const at = place(task.to);
  const clear = spansOf(context).map(([begin, count]) => [
    plus(plus(at.plus, addressOf(at)), [begin, i32(4), 0x6c]),
    [i32(0), [count, i32(4), 0x6c]],
    [0xfc, 11, 0],
  ]);
  return [
    before,
    clear,
    set(first, i32(0)),
    loop(
      [set(terms, smaller([i32(k), get(first), 0x6b], i32(most))), block, move(first, most)],
      isLess(get(first), i32(k)),
    ),
  ];
}

/** Where a part has its numbers: where each span begins, and how many numbers it has. */
function spansOf({ sides: { m, n }, divided: { rows, columns } }: ProductContext): [Code, Code][] {
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
