import { constant, FUNCTIONS, isComparison, type Lanes, lanesOf, Operations, splat } from './arithmetic.js';
import {
  type Body,
  type Code,
  f64,
  get,
  lane,
  load,
  loadHalf,
  loadSplat,
  Locals,
  type Place,
  set,
  simd,
  store,
  storeLanes,
  tee,
  upperHalf,
} from './code.js';
import { sizeOf } from '../program.js';
import { type Buffer, BYTES, everyPart, type Expression, number, type NumberType, type View } from './expression.js';
import { isOwnFunction } from './functions.js';
import { bytesOf, Nest, type Walk } from './nest.js';
import { fusedMultiplyAdd } from './fused.js';
import { divide, type Division } from './threads/division.js';

/** Numbers to be computed, and where they go: both of one shape. */
export interface Assignment {
  readonly of: Expression;
  readonly to: View;
}

/** How what is left of an axis is summed up. */
export type Fold = 'sum' | 'mean' | 'max' | 'min' | 'prod' | 'all' | 'any';

/** How loops are written. */
export interface LoopOptions {
  /** For how many threads; by default for one. */
  readonly threads?: number;
  /** How much there must be to do in a loop that is divided, in multiplications. */
  readonly least?: number | undefined;
  /** Whether a product is added to its sum without being rounded before. */
  readonly isFused?: boolean;
}

/** A loop of some ten microseconds. */
const LEAST = 2 ** 17;
/** How many numbers parts of a loop are multiples of: a line of the caches. */
const LINE = 16;

export class Loops {
  readonly bodies: Body[] = [];
  readonly operations: Operations = new Operations();
  readonly #options: LoopOptions;
  #work = 0;

  constructor(options: LoopOptions = {}) {
    this.#options = options;
  }

  /** How much there is to do in all loops, in multiplications. */
  get work(): number {
    return this.#work;
  }

  /** How the function that is written next is divided: it then has an argument, the part. */
  divide(
    size: number,
    unit: number,
    work: number,
  ): { readonly locals: Locals; readonly division: Division | undefined } {
    this.#work += work;
    const { threads = 1, least = LEAST } = this.#options;
    const division = divide(size, unit, { threads, work, least });
    return { locals: new Locals(division === undefined ? [] : ['i32']), division };
  }

  #divideNest(nest: Nest, work: number): ReturnType<Loops['divide']> {
    return this.divide(nest.outer, nest.depth > 1 ? 1 : LINE, work);
  }

  /** `sum + a * b`, of four numbers each. */
  addProduct(sum: Code, a: Code, b: Code): Code {
    return this.#options.isFused === true ? fusedMultiplyAdd(a, b, sum) : simd('addF32', sum, simd('mulF32', a, b));
  }

  /** Says that the function that is being written uses a buffer. */
  touch(buffer: Buffer): void {
    const index = this.bodies.length;
    buffer.first = Math.min(buffer.first, index);
    buffer.last = Math.max(buffer.last, index);
  }

  /** Computes numbers of one shape in one loop: some at a time where they lie side by side. */
  assign(assignments: readonly Assignment[]): void {
    const shape = (assignments[0] as Assignment).to.shape;
    if (sizeOf(shape) === 0) return;
    const parts = everyPart(assignments.map(({ of }) => of));
    const views = new Map<View, Walk>();
    for (const { view } of parts) if (view) views.set(view, { view, strides: bytesOf(view, shape) });
    for (const { to } of assignments) views.set(to, { view: to, strides: bytesOf(to, shape) });
    for (const { view } of views.values()) this.touch(view.buffer);
    const nest = new Nest(shape, [...views.values()]);
    const { locals, division } = this.#divideNest(nest, sizeOf(shape) * workOf(parts));
    const isEven =
      parts.every(({ view }) => view === undefined || nest.isPlain(view)) &&
      assignments.every(({ to }) => nest.innerStride(to) === BYTES[to.buffer.type]);
    const most = isEven ? lanesOf(parts) : 1;
    const loops = (place: (view: View) => Place): Code => {
      const hoisted = new Map<View, number>();
      const before = parts.flatMap(({ view }): Code[] => {
        if (view === undefined || nest.innerStride(view) !== 0 || nest.inner === 1) return [];
        const local = locals.local(view.buffer.type);
        hoisted.set(view, local);
        return [set(local, load(view.buffer.type, place(view)))];
      });
      const one = (lanes: Lanes): Code => {
        const write = this.writer(parts, locals, lanes, (view) => {
          const local = hoisted.get(view);
          const { type } = view.buffer;
          if (local !== undefined) return lanes === 1 ? get(local) : splat(type, get(local));
          return read(view, place(view), lanes);
        });
        // All are computed before any is stored: one may take the place of what another is computed of.
        const made = assignments.map(({ of, to }) => {
          const local = locals.local(lanes === 1 ? to.buffer.type : 'v128');
          return { to, local, code: set(local, write(of)) };
        });
        return [made.map(({ code }) => code), made.map(({ to, local }) => put(to, place(to), lanes, get(local)))];
      };
      return [before, nest.along(locals, most, (lanes) => locals.scoped(() => one(lanes)))];
    };
    this.bodies.push({ locals, code: nest.write(locals, loops, { division }), parts: division?.parts });
  }

  /** Folds some axes of what is computed; the others make the shape of `to`, which lies row by row. */
  fold(kind: Fold, of: Expression, axes: readonly number[], to: View): void {
    const { shape } = of;
    const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const order = [...kept, ...axes];
    const ordered = order.map((axis) => shape[axis] as number);
    const parts = everyPart([of]);
    const views = new Map<View, Walk>();
    const permuted = (view: View): Walk => {
      const bytes = bytesOf(view, shape);
      return { view, strides: order.map((axis) => bytes[axis] as number) };
    };
    for (const { view } of parts) if (view) views.set(view, permuted(view));
    const bytes = BYTES[to.buffer.type];
    let stride = bytes;
    const toStrides = ordered.map(() => 0);
    for (let index = kept.length - 1; index >= 0; index--) {
      toStrides[index] = stride;
      stride *= ordered[index] as number;
    }
    views.set(to, { view: to, strides: toStrides });
    for (const { view } of views.values()) this.touch(view.buffer);
    const count = sizeOf(axes.map((axis) => shape[axis] as number));
    const outer = new Nest(
      ordered.slice(0, kept.length),
      [...views.values()].map(({ view, strides }) => ({ view, strides: strides.slice(0, kept.length) })),
    );
    const inner = new Nest(
      ordered.slice(kept.length),
      [...views.values()].map(({ view, strides }) => ({ view, strides: strides.slice(kept.length) })),
    );
    const { locals, division } = this.#divideNest(outer, sizeOf(shape) * workOf(parts));
    const isSum = kind === 'sum' || kind === 'mean';
    const areVector = lanesOf(parts) === 4 && of.type === 'f32' && (isSum || kind === 'max' || kind === 'min');
    const byColumns =
      areVector &&
      outer.inner >= 4 &&
      parts.every(({ view }) => view === undefined || outer.isPlain(view)) &&
      outer.innerStride(to) === bytes;
    const arePlain = parts.every(({ view }) => view === undefined || inner.isPlain(view));
    const byRows = areVector && !byColumns && inner.inner >= 4 && arePlain;
    // Of doubles two are computed at a time, and added one after the other.
    const byPairs = isSum && of.type === 'f64' && lanesOf(parts) === 2 && arePlain;
    const wide: NumberType = isSum && of.type === 'f32' ? 'f64' : of.type;
    const end = (total: Code): Code => {
      const mean = kind === 'mean' ? [total, f64(count), 0xa3] : total;
      return wide === 'f64' && to.buffer.type === 'f32' ? [mean, 0xb6] : mean;
    };
    const start = number(startOf(kind, wide), wide);
    const loops = (outerPlace: (view: View) => Place): Code =>
      outer.along(locals, byColumns ? 16 : 1, (columns) =>
        locals.scoped(() => {
          if (columns > 1)
            return this.#foldColumns(columns / 4, kind, of, parts, to, inner, outerPlace, outer, locals, end);
          const total = locals.local(wide);
          const low = locals.local('v128');
          const high = locals.local('v128');
          const init = byRows
            ? [
                isSum
                  ? [set(low, simd('splatF32', constant({ ...start, type: 'f32' }))), set(high, get(low))]
                  : set(low, simd('splatF32', constant({ ...start, type: 'f32' }))),
              ]
            : [];
          const loop = inner.write(
            locals,
            (place) =>
              inner.along(locals, byRows ? 4 : byPairs ? 2 : 1, (lanes) =>
                locals.scoped(() => {
                  const write = this.writer(parts, locals, lanes, (view) =>
                    read(view, place(view), lanes, inner.innerStride(view) === 0),
                  );
                  if (lanes === 1) {
                    const value = wide === of.type ? write(of) : [write(of), 0xbb];
                    return set(total, this.#combine(kind, wide, get(total), value, locals));
                  }
                  if (!isSum) return set(low, simd(kind === 'max' ? 233 : 232, get(low), write(of)));
                  const value = locals.local('v128');
                  if (lanes === 4) return [set(value, write(of)), addWide(low, high, value)];
                  const each = (index: number): Code => [lane('extractF64', index, get(value)), 0xa0];
                  return [set(value, write(of)), set(total, [get(total), each(0), each(1)])];
                }),
              ),
            { outer: outerPlace },
          );
          const across = byRows
            ? isSum
              ? set(total, sumOf(get(total), low, high))
              : set(
                  total,
                  [0, 1, 2, 3].reduce(
                    (all: Code, index): Code => [
                      all,
                      lane('extractF32', index, get(low)),
                      kind === 'max' ? 0x97 : 0x96,
                    ],
                    get(total),
                  ),
                )
            : [];
          return [
            init,
            set(total, constant(start)),
            loop,
            across,
            store(to.buffer.type, outerPlace(to), end(get(total))),
          ];
        }),
      );
    this.bodies.push({ locals, code: outer.write(locals, loops, { division }), parts: division?.parts });
  }

  /** Some vectors of four columns at a time: there is more to add while a sum is under way, and whole lines of the caches are used. */
  #foldColumns(
    vectors: number,
    kind: Fold,
    of: Expression,
    parts: readonly Expression[],
    to: View,
    inner: Nest,
    outerPlace: (view: View) => Place,
    outer: Nest,
    locals: Locals,
    end: (total: Code) => Code,
  ): Code {
    const isSum = kind === 'sum' || kind === 'mean';
    const totals = Array.from({ length: vectors }, (): number[] => locals.many('v128', isSum ? 2 : 1));
    const further = (place: Place, by: number): Place => ({ address: () => place.address() + by, plus: place.plus });
    const first = simd('splatF32', constant(number(startOf(kind, 'f32'), 'f32')));
    const add = (place: (view: View) => Place, [low, high]: readonly number[], vector: number): Code =>
      locals.scoped(() => {
        const write = this.writer(parts, locals, 4, (view) => {
          const stride = outer.innerStride(view);
          return read(view, further(place(view), 4 * vector * stride), 4, stride === 0);
        });
        if (high === undefined)
          return set(low as number, simd(kind === 'max' ? 233 : 232, get(low as number), write(of)));
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
      return [0, 1, 2, 3].map((index) =>
        store(
          'f32',
          further(place, 16 * vector + 4 * index),
          end(lane('extractF64', index % 2, get(index < 2 ? (low as number) : high))),
        ),
      );
    });
    return [totals.flat().map((total) => set(total, first)), loop, stores];
  }

  #combine(kind: Fold, type: NumberType, a: Code, b: Code, locals: Locals): Code {
    const op = { sum: 'add', mean: 'add', max: 'max', min: 'min', prod: 'mul', all: 'and', any: 'or' }[kind];
    return this.operations.scalar({ op, type, shape: [], of: [number(0, type), number(0, type)] }, [a, b], locals);
  }

  /**
   * Writes expressions; what several are of is computed once.
   *
   * @param given What is computed already.
   */
  writer(
    parts: readonly Expression[],
    locals: Locals,
    lanes: Lanes,
    readView: (view: View) => Code,
    given?: ReadonlyMap<Expression, Code>,
  ): (of: Expression) => Code {
    const uses = new Map<Expression, number>();
    for (const { of } of parts) for (const part of of) uses.set(part, (uses.get(part) ?? 0) + 1);
    const known = new Map<Expression, number>();
    const isShared = (part: Expression): boolean => part.op !== 'number' && (uses.get(part) ?? 0) > 1;
    const write = (part: Expression): Code => {
      const local = known.get(part);
      if (local !== undefined) return get(local);
      const there = given?.get(part);
      if (there !== undefined) return there;
      const code = one(part);
      if (!isShared(part)) return code;
      const shared = locals.local(lanes === 1 ? part.type : 'v128');
      known.set(part, shared);
      return tee(shared, code);
    };
    const one = (part: Expression): Code => {
      const { op, type, view, of } = part;
      if (view) return readView(view);
      if (op === 'number') return lanes === 1 ? constant(part) : splat(type, constant(part));
      const [first, ...others] = of;
      if (op !== 'select' || first === undefined) return finish(part, of.map(write));
      // What is shared must be written where it is computed first: a condition comes last.
      const rest = others.map(write);
      const isMask = lanes > 1 && isComparison(first.op) && !isShared(first) && widthOf(first.of[0]) === widthOf(part);
      if (!isMask) return finish(part, [write(first), ...rest]);
      return simd('bitselect', rest, this.operations.mask(first, first.of.map(write)));
    };
    const finish = (part: Expression, of: readonly Code[]): Code =>
      lanes === 1 ? this.operations.scalar(part, of, locals) : this.operations.vector(part, of, locals, lanes);
    return write;
  }
}

/** What it takes to compute one number, in multiplications of products: what is in doubles or a function takes longer, and so does memory. */
function workOf(parts: readonly Expression[]): number {
  let work = 0;
  for (const { op, type } of parts)
    work += FUNCTIONS.has(op) || isOwnFunction(op) ? 60 : type === 'f64' ? 10 : op === 'number' ? 0 : 4;
  return work;
}

const widthOf = (part: Expression | undefined): number => BYTES[part?.type ?? 'f32'];

/** @param isSame Whether one number is meant for all lanes. */
function read({ buffer: { type } }: View, place: Place, lanes: Lanes, isSame = false): Code {
  if (lanes === 1) return load(type, place);
  if (isSame) return loadSplat(place, BYTES[type]);
  return lanes === 2 && type !== 'f64' ? loadHalf(place) : load('v128', place);
}

function put({ buffer: { type } }: View, place: Place, lanes: Lanes, value: Code): Code {
  if (lanes === 1) return store(type, place, value);
  return lanes === 2 && type !== 'f64' ? storeLanes(2, place, value) : store('v128', place, value);
}

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

function startOf(kind: Fold, type: NumberType): number {
  if (kind === 'max') return type === 'i32' ? -(2 ** 31) : -Infinity;
  if (kind === 'min') return type === 'i32' ? 2 ** 31 - 1 : Infinity;
  return kind === 'prod' || kind === 'all' ? 1 : 0;
}
