import type { Lanes } from './arithmetic.js';
import {
  addressOf,
  type Code,
  get,
  i32,
  type Locals,
  move,
  type Place,
  plus,
  repeat,
  repeatFor,
  set,
  when,
} from './code.js';
import { beginOf, type Division, endOf, isLast } from './threads/division.js';
import { sizeOf } from '../program.js';
import { BYTES, type View } from './expression.js';

/** A view in a nest of loops: what a step of each loop adds to its address. */
export interface Walk {
  readonly view: View;
  /** For each loop, in bytes. */
  readonly strides: readonly number[];
}

/** The addresses that loops move. */
interface Pointers {
  readonly pointers: ReadonlyMap<string, number>;
  /** Of each of them. */
  readonly strides: readonly (readonly number[])[];
}

/** Loops over a shape: neighbouring axes that all views go through evenly are one. */
export class Nest {
  /** How many numbers the last loop has. */
  readonly inner: number;
  /** How often the first loop runs. */
  readonly outer: number;
  /** How many loops there are. */
  readonly depth: number;
  readonly #sizes: number[] = [];
  readonly #strides = new Map<View, number[]>();

  constructor(shape: readonly number[], walks: readonly Walk[]) {
    const axes: number[][] = [];
    shape.forEach((size, axis) => {
      if (size === 1) return;
      const last = axes.at(-1);
      const isEven =
        last !== undefined &&
        walks.every(({ strides }) => strides[last.at(-1) as number] === (strides[axis] as number) * size);
      if (isEven) last.push(axis);
      else axes.push([axis]);
    });
    this.#sizes = axes.map((group) => sizeOf(group.map((axis) => shape[axis] as number)));
    for (const { view, strides } of walks)
      this.#strides.set(
        view,
        axes.map((group) => strides[group.at(-1) as number] as number),
      );
    this.inner = this.#sizes.at(-1) ?? 1;
    this.outer = this.#sizes[0] ?? 1;
    this.depth = this.#sizes.length;
  }

  innerStride(view: View): number {
    return this.#strides.get(view)?.at(-1) ?? 0;
  }

  /** Whether numbers of it are side by side in the last loop, or one and the same. */
  isPlain(view: View): boolean {
    const stride = this.innerStride(view);
    return stride === 0 || stride === BYTES[view.buffer.type];
  }

  #last: Pointers | undefined;
  #division: Division | undefined;

  /**
   * All loops but the last, and in them what `body` gives for the last.
   *
   * @param division Of the first loop, which may be the last one.
   */
  write(
    locals: Locals,
    body: (place: (view: View) => Place) => Code,
    { outer, division }: { readonly outer?: (view: View) => Place; readonly division?: Division | undefined } = {},
  ): Code {
    return locals.scoped(() => {
      // Views with the same strides have the same distance from their beginnings.
      // An address is no number below 0, so what is gone through backwards has its own.
      const isBackward = ({ strides: all }: View): boolean => all.some((stride) => stride < 0);
      const addressFrom = ({ buffer, offset }: View): number => buffer.address + offset * BYTES[buffer.type];
      const all = [...this.#strides.keys()];
      const keyOf = (view: View): string =>
        `${isBackward(view) ? all.indexOf(view) : ''}|${this.#strides.get(view)?.join() ?? ''}|${outer === undefined ? '' : JSON.stringify(outer(view).plus)}`;
      const pointers = new Map<string, number>();
      const begins: Code[] = [];
      const strides = new Map<string, number[]>();
      for (const view of this.#strides.keys()) {
        const key = keyOf(view);
        if (pointers.has(key)) continue;
        const own = this.#strides.get(view) as number[];
        if (own.every((stride) => stride === 0) && outer === undefined && !isBackward(view)) continue;
        const pointer = locals.local('i32');
        pointers.set(key, pointer);
        strides.set(key, own);
        const begin = isBackward(view) ? addressOf({ address: () => addressFrom(view) }) : i32(0);
        begins.push(set(pointer, outer === undefined ? begin : outer(view).plus));
        const step = own[0] ?? 0;
        if (division !== undefined && step !== 0)
          begins.push(set(pointer, plus(get(pointer), [beginOf(division), i32(step), 0x6c])));
      }
      const place = (view: View): Place => {
        const pointer = pointers.get(keyOf(view));
        return {
          address: () => (isBackward(view) ? 0 : addressFrom(view)),
          plus: pointer === undefined ? i32(0) : get(pointer),
        };
      };
      const outerLast = this.#last;
      this.#last = { pointers, strides: [...strides.values()] };
      this.#division = division;
      const { depth } = this;
      const level = (index: number): Code => {
        if (index >= depth - 1) return body(place);
        const size = this.#sizes[index] as number;
        const counter = locals.local('i32');
        const steps = [...pointers].map(([key, pointer]) => {
          const own = strides.get(key) as number[];
          // What the loops inside have added goes.
          const moved = index + 1 < depth ? (own[index + 1] as number) * (this.#sizes[index + 1] as number) : 0;
          return move(pointer, (own[index] as number) - moved);
        });
        const inside = [level(index + 1), steps];
        if (index > 0 || division === undefined) return repeat(counter, size, inside);
        return repeatFor(counter, [endOf(division), beginOf(division), 0x6b], inside);
      };
      const code = [begins, level(0)];
      this.#last = outerLast;
      return code;
    });
  }

  /** The last loop, so many at a time as far as they go, then fewer. Leaves the addresses at its end. */
  along<N extends Lanes | 16>(locals: Locals, most: N, body: (count: N | 1 | 4) => Code): Code {
    const { pointers, strides } = this.#last as Pointers;
    const counter = locals.local('i32');
    const by = (count: N | 1 | 4): Code => [
      body(count),
      [...pointers.values()].map((pointer, index) => move(pointer, count * (strides[index]?.at(-1) ?? 0))),
    ];
    const [first, ...others] = ([most, 4, 1] as const).filter(
      (count) => count <= Math.max(1, Math.min(most, this.inner)),
    );
    const whole = this.inner - (this.inner % (first as N));
    let left = this.inner - whole;
    const rest = others.map((count) => {
      const times = Math.floor(left / count);
      left %= count;
      return repeat(counter, times, times > 0 ? by(count) : []);
    });
    const division = this.depth === 1 ? this.#division : undefined;
    if (division === undefined) return [repeat(counter, whole / (first as N), by(first as N)), rest];
    // Only the last part has what is left of the vectors.
    const times = [endOf(division, whole), beginOf(division), 0x6b, i32(first as N), 0x6e];
    return [repeatFor(counter, times, by(first as N)), this.inner > whole ? when(isLast(division), rest) : []];
  }
}

/** What a view adds to its address along each axis of a shape that it is broadcast to, in bytes. */
export function bytesOf({ shape, strides, buffer }: View, to: readonly number[]): number[] {
  const missing = to.length - shape.length;
  return to.map((_, axis) => {
    const own = axis - missing;
    return own < 0 || shape[own] === 1 ? 0 : (strides[own] as number) * BYTES[buffer.type];
  });
}
