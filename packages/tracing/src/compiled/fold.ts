import { constant, lanesOf } from './arithmetic.js';
import { type Code, f64, get, lane, type Locals, type Place, set, simd, store, upperHalf } from './code.js';
import { sizeOf } from '../program.js';
import { BYTES, everyPart, type Expression, number, type NumberType, type View } from './expression.js';
import type { Loops } from './loops.js';
import { bytesOf, Nest, type Walk } from './nest.js';
import { expressionWriter, read } from './write-expression.js';

/** How what is left of an axis is summed up. */
export type FoldKind = 'sum' | 'mean' | 'max' | 'min' | 'prod' | 'all' | 'any';

/** Axes of what is computed, of which one number is made; the others make the shape of `to`, which lies row by row. */
export interface Fold {
  readonly kind: FoldKind;
  readonly of: Expression;
  readonly axes: readonly number[];
  readonly to: View;
}

/** What the functions that write one fold have in common. */
interface Context extends Omit<Fold, 'axes'> {
  readonly loops: Loops;
  readonly locals: Locals;
  readonly parts: readonly Expression[];
  /** Over what is kept, and over what is folded. */
  readonly outer: Nest;
  readonly inner: Nest;
  /** How many numbers become one. */
  readonly count: number;
  readonly isSum: boolean;
}

type Places = (view: View) => Place;

/** Writes a fold; sums and means of float32 are in doubles. */
export function writeFold(loops: Loops, { kind, of, axes, to }: Fold): void {
  const { shape } = of;
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...kept, ...axes];
  const ordered = order.map((axis) => shape[axis] as number);
  const parts = everyPart([of]);
  const walks = walksOf(parts, to, shape, order, kept.length);
  for (const { view } of walks) loops.touch(view.buffer);
  const part = (from: number, end?: number): Nest =>
    new Nest(
      ordered.slice(from, end),
      walks.map(({ view, strides }) => ({ view, strides: strides.slice(from, end) })),
    );
  const outer = part(0, kept.length);
  const inner = part(kept.length);
  const { locals, division } = loops.beginNest(outer, sizeOf(shape), parts);
  const isSum = kind === 'sum' || kind === 'mean';
  const count = sizeOf(axes.map((axis) => shape[axis] as number));
  const context: Context = { kind, of, to, loops, locals, parts, outer, inner, count, isSum };
  const byColumns =
    hasVectors(context) &&
    outer.inner >= 4 &&
    parts.every(({ view }) => view === undefined || outer.isPlain(view)) &&
    outer.innerStride(to) === BYTES[to.buffer.type];
  const lanes = byColumns ? 1 : lanesOfRows(context);
  const body = (place: Places): Code =>
    outer.along(locals, byColumns ? 16 : 1, (columns) =>
      locals.scoped(() => (columns > 1 ? foldColumns(context, place, columns / 4) : foldOne(context, place, lanes))),
    );
  loops.bodies.push({ locals, code: outer.write(locals, body, { division }), parts: division?.parts });
}

/** What each view adds to its address along the axes in their new order. */
function walksOf(
  parts: readonly Expression[],
  to: View,
  shape: readonly number[],
  order: readonly number[],
  kept: number,
): Walk[] {
  const walks = new Map<View, Walk>();
  for (const { view } of parts) {
    if (view === undefined) continue;
    const bytes = bytesOf(view, shape);
    walks.set(view, { view, strides: order.map((axis) => bytes[axis] as number) });
  }
  const strides = order.map(() => 0);
  let stride = BYTES[to.buffer.type];
  for (let index = kept - 1; index >= 0; index--) {
    strides[index] = stride;
    stride *= shape[order[index] as number] as number;
  }
  walks.set(to, { view: to, strides });
  return [...walks.values()];
}

/** Whether four numbers can be folded at a time. */
function hasVectors({ kind, of, parts, isSum }: Context): boolean {
  return lanesOf(parts) === 4 && of.type === 'f32' && (isSum || kind === 'max' || kind === 'min');
}

/** How many numbers of those that become one are computed at a time. */
function lanesOfRows(context: Context): 1 | 2 | 4 {
  const { of, parts, inner, isSum } = context;
  if (!parts.every(({ view }) => view === undefined || inner.isPlain(view))) return 1;
  if (hasVectors(context) && inner.inner >= 4) return 4;
  // Of doubles two are computed at a time, and added one after the other.
  return isSum && of.type === 'f64' && lanesOf(parts) === 2 ? 2 : 1;
}

/** One number, of what is along the folded axes. */
function foldOne(context: Context, outerPlace: Places, most: 1 | 2 | 4): Code {
  const { kind, of, to, loops, locals, parts, inner, isSum } = context;
  const wide: NumberType = isSum && of.type === 'f32' ? 'f64' : of.type;
  const total = locals.local(wide);
  const low = locals.local('v128');
  const high = locals.local('v128');
  const some = (place: Places, lanes: 1 | 2 | 4): Code => {
    const readView = (view: View): Code => read(view, place(view), lanes, inner.innerStride(view) === 0);
    const write = expressionWriter({ parts, operations: loops.operations, locals, lanes, readView });
    if (lanes === 1) {
      const value = wide === of.type ? write(of) : [write(of), 0xbb];
      return set(total, combine(context, wide, get(total), value));
    }
    if (!isSum) return set(low, larger(kind, get(low), write(of)));
    const value = locals.local('v128');
    if (lanes === 4) return [set(value, write(of)), addWide(low, high, value)];
    const each = (index: number): Code => [lane('extractF64', index, get(value)), 0xa0];
    return [set(value, write(of)), set(total, [get(total), each(0), each(1)])];
  };
  const loop = inner.write(
    locals,
    (place) => inner.along(locals, most, (lanes) => locals.scoped(() => some(place, lanes))),
    { outer: outerPlace },
  );
  return [
    most === 4 ? [set(low, splatStart(kind)), isSum ? set(high, get(low)) : []] : [],
    set(total, constant(number(startOf(kind, wide), wide))),
    loop,
    most === 4 ? set(total, isSum ? sumOf(get(total), low, high) : largestOf(kind, get(total), low)) : [],
    store(to.buffer.type, outerPlace(to), finish(context, wide, get(total))),
  ];
}

/** Some vectors of four columns at a time: there is more to add while a sum is under way, and whole lines of the caches are used. */
function foldColumns(context: Context, outerPlace: Places, vectors: number): Code {
  const { kind, of, to, loops, locals, parts, outer, inner, isSum } = context;
  const totals = Array.from({ length: vectors }, (): number[] => locals.many('v128', isSum ? 2 : 1));
  const add = (place: Places, [low, high]: readonly number[], vector: number): Code =>
    locals.scoped(() => {
      const readView = (view: View): Code => {
        const stride = outer.innerStride(view);
        return read(view, further(place(view), 4 * vector * stride), 4, stride === 0);
      };
      const write = expressionWriter({ parts, operations: loops.operations, locals, lanes: 4, readView });
      if (high === undefined) return set(low as number, larger(kind, get(low as number), write(of)));
      const value = locals.local('v128');
      return [set(value, write(of)), addWide(low as number, high, value)];
    });
  const loop = inner.write(
    locals,
    (place) => inner.along(locals, 1, () => totals.map((total, vector) => add(place, total, vector))),
    { outer: outerPlace },
  );
  const place = outerPlace(to);
  const stores = totals.map(([low, high], vector) => {
    if (high === undefined) return store('v128', further(place, 16 * vector), get(low as number));
    return [0, 1, 2, 3].map((index) => {
      const sum = lane('extractF64', index % 2, get(index < 2 ? (low as number) : high));
      return store('f32', further(place, 16 * vector + 4 * index), finish(context, 'f64', sum));
    });
  });
  return [totals.flat().map((total) => set(total, splatStart(kind))), loop, stores];
}

const further = (place: Place, by: number): Place => ({ address: () => place.address() + by, plus: place.plus });

/** One more number. */
function combine({ kind, loops, locals }: Context, type: NumberType, a: Code, b: Code): Code {
  const op = { sum: 'add', mean: 'add', max: 'max', min: 'min', prod: 'mul', all: 'and', any: 'or' }[kind];
  return loops.operations.scalar({ op, type, shape: [], of: [number(0, type), number(0, type)] }, [a, b], locals);
}

/** What is stored of a total. */
function finish({ kind, to, count }: Context, wide: NumberType, total: Code): Code {
  const mean = kind === 'mean' ? [total, f64(count), 0xa3] : total;
  return wide === 'f64' && to.buffer.type === 'f32' ? [mean, 0xb6] : mean;
}

const larger = (kind: FoldKind, a: Code, b: Code): Code => simd(kind === 'max' ? 233 : 232, a, b);

/** Adds four numbers to two and two doubles. */
function addWide(low: number, high: number, value: number): Code {
  return [
    set(low, simd('addF64', get(low), simd('promote', get(value)))),
    set(high, simd('addF64', get(high), simd('promote', upperHalf(get(value))))),
  ];
}

function sumOf(total: Code, low: number, high: number): Code {
  return [low, high].reduce(
    (all: Code, local): Code => [all, lane('extractF64', 0, get(local)), 0xa0, lane('extractF64', 1, get(local)), 0xa0],
    total,
  );
}

function largestOf(kind: FoldKind, total: Code, four: number): Code {
  return [0, 1, 2, 3].reduce(
    (all: Code, index): Code => [all, lane('extractF32', index, get(four)), kind === 'max' ? 0x97 : 0x96],
    total,
  );
}

const splatStart = (kind: FoldKind): Code => simd('splatF32', constant(number(startOf(kind, 'f32'), 'f32')));

function startOf(kind: FoldKind, type: NumberType): number {
  if (kind === 'max') return type === 'i32' ? -(2 ** 31) : -Infinity;
  if (kind === 'min') return type === 'i32' ? 2 ** 31 - 1 : Infinity;
  return kind === 'prod' || kind === 'all' ? 1 : 0;
}
