// The WebAssembly of traced steps, as text: what kernels of tfjs' wasm backend compute, operation by operation and so to the bit, in its own memory.
// Addresses and strides are in bytes.

import {
  add,
  constant,
  each,
  get,
  locals,
  loop,
  minus,
  move,
  mul,
  params,
  plus,
  range,
  set,
  times,
  wholeFours,
  zero,
} from './text.js';

const smaller = (a: string, b: string): string => `(select ${a} ${b} (i32.lt_u ${a} ${b}))`;

/** How many terms of a product are summed before the next columns: few enough for their rows to stay in the nearest cache. */
const BLOCK = 256;
/** How many rows are gone through with all columns: few enough for what they have of a block to stay in the second cache. */
const ROWS = 64;
/** Eight columns of a block, and what has too few columns to be stored as it is. */
const TAIL = 32 * BLOCK;
/** Fours of rows, one after the other, and how far they are apart: not a power of two, of which a cache would keep few. */
const FOURS = TAIL + 128;
const APART = 16 * BLOCK + 64;
export const SCRATCH = FOURS + (ROWS / 4) * APART;

/**
 * Some rows of a product by some vectors of four columns, all in registers: sums in the order of `k`. `a` is where the first row begins, `b` where the columns do.
 * `mode` is 0 where the sums begin, 1 where they go on from what stands in `c`, 2 where they are added to that.
 */
function tile(rows: number, vectors: number): string {
  const cells = range(rows).map((r) => range(vectors).map((v) => `c${r}${v}`));
  const atRow = (r: number): string => plus(get('c'), times(get('cRow'), constant(r)));
  const load = (r: number, v: number): string => `(v128.load offset=${16 * v} align=4 ${atRow(r)})`;
  const eachCell = (text: (cell: string, r: number, v: number) => string): string =>
    cells.flatMap((row, r) => row.map((cell, v) => text(cell, r, v))).join('\n');
  return `
  (func $tile${rows}x${vectors} ${params('a b c k aRow aCol bRow cRow mode')}
    ${locals('i32', cells.map((_, r) => `a${r}`).join(' '))}
    ${locals('v128', ['x', ...range(vectors).map((v) => `b${v}`), ...cells.flat()].join(' '))}
    ${each(rows, (r) => set(`a${r}`, r === 0 ? get('a') : plus(get(`a${r - 1}`), get('aRow'))))}
    (if (i32.eq ${get('mode')} ${constant(1)}) (then ${eachCell((cell, r, v) => set(cell, load(r, v)))}))
    (loop $k
      ${each(vectors, (v) => set(`b${v}`, `(v128.load offset=${16 * v} align=4 ${get('b')})`))}
      ${each(rows, (r) =>
        [
          set('x', `(v128.load32_splat ${get(`a${r}`)})`),
          ...range(vectors).map((v) => set(`c${r}${v}`, add(get(`c${r}${v}`), mul(get('x'), get(`b${v}`))))),
          move(`a${r}`, get('aCol')),
        ].join(' '),
      )}
      ${move('b', get('bRow'))}
      (br_if $k (local.tee $k ${minus(get('k'), constant(1))})))
    (if (i32.eq ${get('mode')} ${constant(2)}) (then ${eachCell((cell, r, v) => set(cell, add(load(r, v), get(cell))))}))
    ${eachCell((cell, r, v) => `(v128.store offset=${16 * v} align=4 ${atRow(r)} ${get(cell)})`)})`;
}

/** Columns side by side, eight of each row; those beyond the last are the last one. */
const pack = `
  (func $pack ${params('b to k bRow bCol columns')} ${locals('i32', 'q from at end packed column')} ${locals('v128', 'r0 r1 r2 r3 s0 s1 s2 s3')}
    ${set('end', plus(get('to'), times(get('k'), constant(32))))}
    (if (i32.and (i32.eq ${get('bCol')} ${constant(4)}) (i32.eq ${get('columns')} ${constant(8)})) (then
      ${set('at', get('to'))}
      ${loop(
        'rows',
        'at',
        get('end'),
        constant(32),
        `(v128.store ${get('at')} (v128.load align=4 ${get('b')}))
         (v128.store offset=16 ${get('at')} (v128.load offset=16 align=4 ${get('b')}))
         ${move('b', get('bRow'))}`,
      )}
      (return)))
    (if (i32.eq ${get('bRow')} ${constant(4)}) (then
      ${set('packed', `(i32.and ${get('k')} ${constant(-4)})`)}
      ${loop(
        'quads',
        'q',
        constant(8),
        constant(4),
        `${set('at', plus(get('to'), times(get('q'), constant(4))))}
         ${set('from', constant(0))}
         ${loop(
           'k',
           'from',
           times(get('packed'), constant(4)),
           constant(16),
           `${each(4, (i) => set(`r${i}`, `(v128.load align=4 ${plus(columnAt(plus(get('q'), constant(i))), get('from'))})`))}
            ${set('s0', lanes('r0', 'r1', 0, 4, 1, 5))} ${set('s1', lanes('r2', 'r3', 0, 4, 1, 5))}
            ${set('s2', lanes('r0', 'r1', 2, 6, 3, 7))} ${set('s3', lanes('r2', 'r3', 2, 6, 3, 7))}
            (v128.store ${get('at')} ${lanes('s0', 's1', 0, 1, 4, 5)})
            (v128.store offset=32 ${get('at')} ${lanes('s0', 's1', 2, 3, 6, 7)})
            (v128.store offset=64 ${get('at')} ${lanes('s2', 's3', 0, 1, 4, 5)})
            (v128.store offset=96 ${get('at')} ${lanes('s2', 's3', 2, 3, 6, 7)})
            ${move('at', constant(128))}`,
         )}`,
      )}
      ${set('q', constant(0))}))
    ${loop(
      'columns',
      'q',
      constant(8),
      constant(1),
      `${set('column', plus(columnAt(get('q')), times(get('packed'), get('bRow'))))}
       ${set('at', plus(get('to'), plus(times(get('packed'), constant(32)), times(get('q'), constant(4)))))}
       ${loop(
         'one',
         'at',
         get('end'),
         constant(32),
         `(f32.store ${get('at')} (f32.load ${get('column')})) ${move('column', get('bRow'))}`,
       )}`,
    )})`;

/** Rows that lie as columns do, in fours: what a tile takes of them is side by side then. */
const packRows = `
  (func $packRows ${params('a to k aCol fours')} ${locals('i32', 'from at end kEnd')}
    ${set('kEnd', plus(get('to'), times(get('k'), constant(16))))}
    ${loop(
      'k',
      'to',
      get('kEnd'),
      constant(16),
      `${set('from', get('a'))} ${set('at', get('to'))} ${set('end', plus(get('a'), times(get('fours'), constant(16))))}
       ${loop('fours', 'from', get('end'), constant(16), `(v128.store ${get('at')} (v128.load align=4 ${get('from')})) ${move('at', constant(APART))}`)}
       ${move('a', get('aCol'))}`,
    )})`;

function columnAt(q: string): string {
  return plus(get('b'), times(smaller(q, minus(get('columns'), constant(1))), get('bCol')));
}

function lanes(a: string, b: string, ...of: number[]): string {
  const bytes = of.flatMap((lane) => range(4).map((i) => 4 * lane + i));
  return `(i8x16.shuffle ${bytes.join(' ')} ${get(a)} ${get(b)})`;
}

/** Copies some floats of a few rows. */
const copyRows = `
  (func $copyRows ${params('from to rows bytes fromRow toRow')}
    (loop $rows
      (memory.copy ${get('to')} ${get('from')} ${get('bytes')})
      ${move('from', get('fromRow'))} ${move('to', get('toRow'))}
      (br_if $rows (local.tee $rows ${minus(get('rows'), constant(1))}))))`;

const tiles = (rows: number): string => {
  const [row, column] = rows === 1 ? ['aRow', 'aCol'] : ['tileRow', 'tileCol'];
  const call = (vectors: number): string =>
    `(call $tile${rows}x${vectors} ${['ai', 'panel', 'ci', 'kb', row, column, 'panelRow', 'ciRow', 'mode'].map(get).join(' ')})`;
  const copy = (from: string, to: string, fromRow: string, toRow: string): string =>
    `(call $copyRows ${from} ${to} ${constant(rows)} ${times(get('columns'), constant(4))} ${fromRow} ${toRow})`;
  const place = plus(get('scratch'), constant(TAIL));
  return loop(
    `rows${rows}`,
    'i',
    rows === 1 ? get('end') : `(i32.and ${get('end')} ${constant(-rows)})`,
    constant(rows),
    `${set(
      'ai',
      rows === 1
        ? plus(get('ak'), times(get('i'), get('aRow')))
        : plus(get('tiles'), times(minus(get('i'), get('first')), get('perRow'))),
    )}
     ${set('to', plus(get('cj'), times(get('i'), get('cRow'))))}
     (if ${get('isTail')}
       (then
         ${set('ci', place)} ${set('ciRow', constant(32))}
         (if ${get('mode')} (then ${copy(get('to'), get('ci'), get('cRow'), constant(32))}))
         (if (i32.gt_u ${get('columns')} ${constant(4)}) (then ${call(2)}) (else ${call(1)}))
         ${copy(get('ci'), get('to'), constant(32), get('cRow'))})
       (else ${set('ci', get('to'))} ${set('ciRow', get('cRow'))} ${call(2)}))`,
  );
};

/**
 * The product of two matrices, each with its own strides from row to row and from column to column. `block` is after how many terms a sum ends that is added to the
 * others; 0 for one sum of all.
 */
const product = `
  (func (export "product") ${params('a b c m k n aRow aCol bRow bCol cRow block scratch')}
    ${locals('i32', 'k0 kb step first end tiles perRow tileRow tileCol fours doesPackRows j i columns isTail panel panelRow ak bk cj ai ci ciRow to mode doesPack')}
    ${set('step', `(select ${get('block')} ${constant(BLOCK)} ${get('block')})`)}
    ${set('doesPack', `(i32.and (i32.gt_u ${get('m')} ${constant(16)}) (i32.gt_u ${get('bRow')} ${constant(512)}))`)}
    ${set('doesPackRows', `(i32.and (i32.gt_u ${get('n')} ${constant(16)}) (i32.and (i32.eq ${get('aRow')} ${constant(4)}) (i32.gt_u ${get('aCol')} ${constant(64)})))`)}
    ${set('doesPack', `(i32.or ${get('doesPack')} (i32.ne ${get('bCol')} ${constant(4)}))`)}
    ${loop(
      'k',
      'k0',
      get('k'),
      get('step'),
      `${set('kb', smaller(get('step'), minus(get('k'), get('k0'))))}
       ${set('mode', `(select (select ${constant(2)} ${constant(1)} ${get('block')}) ${constant(0)} ${get('k0')})`)}
       ${set('ak', plus(get('a'), times(get('k0'), get('aCol'))))}
       ${set('first', constant(0))}
       ${loop(
         'blocks',
         'first',
         get('m'),
         constant(ROWS),
         `${set('end', smaller(plus(get('first'), constant(ROWS)), get('m')))}
          ${set('tiles', plus(get('ak'), times(get('first'), get('aRow'))))}
          ${set('perRow', get('aRow'))} ${set('tileRow', get('aRow'))} ${set('tileCol', get('aCol'))}
          (if ${get('doesPackRows')} (then
            ${set('fours', `(i32.shr_u ${minus(get('end'), get('first'))} ${constant(2)})`)}
            (call $packRows ${get('tiles')} ${plus(get('scratch'), constant(FOURS))} ${['kb', 'aCol', 'fours'].map(get).join(' ')})
            ${set('tiles', plus(get('scratch'), constant(FOURS)))}
            ${set('perRow', constant(APART / 4))} ${set('tileRow', constant(4))} ${set('tileCol', constant(16))}))
          ${set('j', constant(0))}
          ${loop(
            'columns',
            'j',
            get('n'),
            constant(8),
            `${set('columns', smaller(constant(8), minus(get('n'), get('j'))))}
             ${set('isTail', `(i32.lt_u ${get('columns')} ${constant(8)})`)}
             ${set('bk', plus(get('b'), plus(times(get('k0'), get('bRow')), times(get('j'), get('bCol')))))}
             ${set('cj', plus(get('c'), times(get('j'), constant(4))))}
             (if (i32.or ${get('doesPack')} ${get('isTail')})
               (then
                 (call $pack ${['bk', 'scratch', 'kb', 'bRow', 'bCol', 'columns'].map(get).join(' ')})
                 ${set('panel', get('scratch'))} ${set('panelRow', constant(32))})
               (else ${set('panel', get('bk'))} ${set('panelRow', get('bRow'))}))
             ${set('i', get('first'))} ${tiles(4)} ${tiles(1)}`,
          )}`,
       )}`,
    )})`;

/** Four numbers at a time, and what is left over one by one, as a vector whose first is one of them. `end` is where those of the first name end. */
function walk(names: readonly string[], compute: (...values: string[]) => string): string {
  const [to = '', ...from] = names;
  const step = (load: string, store: string, bytes: number): string =>
    `(${store} ${get(to)} ${compute(...from.map((name) => `(${load} align=4 ${get(name)})`))})
     ${from.map((name) => move(name, constant(bytes))).join(' ')}`;
  return `
    ${set('fours', plus(get(to), wholeFours(minus(get('end'), get(to)))))}
    ${loop('fours', to, get('fours'), constant(16), step('v128.load', 'v128.store align=4', 16))}
    ${loop('ones', to, get('end'), constant(4), step('v128.load32_zero', 'v128.store32_lane align=4 0', 4))}`;
}

const bytesOf = (count: string): string => times(get(count), constant(4));

/** Adds a vector to each row. The result may lie where the rows do. */
const addBias = `
  (func (export "addBias") ${params('to x bias rows n')} ${locals('i32', 'end fours row b')}
    ${loop('rows', 'row', get('rows'), constant(1), `${set('b', get('bias'))} ${set('end', plus(get('to'), bytesOf('n')))} ${walk(['to', 'x', 'b'], add)}`)})`;

/** 0 for what is negative, and for a NaN with such a sign: as XNNPACK has it, the larger one of two whole numbers. */
const relu = `
  (func (export "relu") ${params('to x count')} ${locals('i32', 'end fours')}
    ${set('end', plus(get('to'), bytesOf('count')))} ${walk(['to', 'x'], (x) => `(i32x4.max_s ${x} ${zero})`)})`;

/** Times 1 where another number is positive, NaN where it is that, and 0 elsewhere: the product with its step. */
const timesStep = `
  (func (export "timesStep") ${params('to x by count')} ${locals('i32', 'end fours')} (local $other v128)
    ${set('end', plus(get('to'), bytesOf('count')))}
    ${walk(['to', 'x', 'by'], (x, by) => {
      const other = get('other');
      const step = `(v128.and (v128.const f32x4 1 1 1 1) (f32x4.gt (local.tee $other ${by}) ${zero}))`;
      return mul(x, `(v128.or ${step} (f32x4.ne ${other} ${other}))`);
    })})`;

/** The sum of each column in float32, in the order of the rows. */
const sumRows = `
  (func (export "sumRows") ${params('sums x rows n')} ${locals('i32', 'end fours row s to')}
    (memory.fill ${get('sums')} ${constant(0)} ${bytesOf('n')})
    ${set('end', plus(get('sums'), bytesOf('n')))}
    ${loop('rows', 'row', get('rows'), constant(1), `${set('s', get('sums'))} ${set('to', get('sums'))} ${walk(['to', 's', 'x'], add)}`)})`;

/** The same in doubles, rounded once. Two columns at a time, and a last one alone. */
const sumRowsInDoubles = `
  (func (export "sumRowsInDoubles") ${params('sums from rows n')} ${locals('i32', 'x row j')} (local $pair v128) (local $sum f64)
    ${loop(
      'pairs',
      'j',
      `(i32.and ${get('n')} ${constant(-2)})`,
      constant(2),
      `${set('x', get('from'))} ${set('row', constant(0))} ${set('pair', zero)}
       ${loop('rows', 'row', get('rows'), constant(1), `${set('pair', `(f64x2.add ${get('pair')} (f64x2.promote_low_f32x4 (v128.load64_zero align=4 ${get('x')})))`)} ${move('x', bytesOf('n'))}`)}
       (v128.store64_lane align=4 0 ${get('sums')} (f32x4.demote_f64x2_zero ${get('pair')}))
       ${move('sums', constant(8))} ${move('from', constant(8))}`,
    )}
    (if (i32.and ${get('n')} ${constant(1)}) (then
      ${set('row', constant(0))}
      ${loop('last', 'row', get('rows'), constant(1), `${set('sum', `(f64.add ${get('sum')} (f64.promote_f32 (f32.load ${get('from')})))`)} ${move('from', bytesOf('n'))}`)}
      (f32.store ${get('sums')} (f32.demote_f64 ${get('sum')})))))`;

export const source = `(module (import "env" "memory" (memory 0))
  ${tile(4, 2)} ${tile(4, 1)} ${tile(1, 2)} ${tile(1, 1)} ${pack} ${packRows} ${copyRows} ${product} ${addBias} ${relu} ${timesStep} ${sumRows} ${sumRowsInDoubles})`;
