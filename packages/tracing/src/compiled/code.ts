// A small assembler of WebAssembly: what a step is made of, and no more. Libraries that write modules (binaryen, wabt) are megabytes, for tools.

/** Bytes, and what becomes bytes once addresses are known. */
export type Code = number | (() => Code) | readonly Code[];

/** The types of values, as their bytes. */
export const VALUE = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = keyof typeof VALUE;

/** An unsigned number in as many bytes as it needs. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const isLast = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0);
    bytes.push(isLast ? byte : byte | 0x80);
    if (isLast) return bytes;
  }
}

export function i32(value: number): Code {
  return [0x41, signed(value)];
}

/** An address that is known when the module is written. */
export function addressOf({ address }: Pick<Place, 'address'>): Code {
  return [0x41, (): Code => signed(address())];
}

export function f32(value: number): Code {
  return [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
}

export function f64(value: number): Code {
  return [0x44, ...new Uint8Array(Float64Array.of(value).buffer)];
}

/** The instructions of SIMD that are used, by number. */
const SIMD = {
  load: 0,
  loadSplat32: 9,
  store: 11,
  splatI32: 17,
  splatF32: 19,
  extractI32: 27,
  replaceI32: 28,
  extractF32: 31,
  replaceF32: 32,
  extractF64: 33,
  storeLane32: 90,
  storeLane64: 91,
  and: 78,
  bitselect: 82,
  demote: 94,
  promote: 95,
  shuffle: 13,
  addF64: 240,
  mulF64: 242,
  mulF32: 230,
  addF32: 228,
  zero: 12,
} as const;

export function simd(name: keyof typeof SIMD | number, ...operands: readonly Code[]): Code {
  return [operands, 0xfd, unsigned(typeof name === 'number' ? name : SIMD[name])];
}

export function lane(name: 'extractF32' | 'extractI32' | 'extractF64', index: number, of: Code): Code {
  return [simd(name, of), index];
}

export function zeroVector(): Code {
  return [simd('zero'), Array.from({ length: 16 }, () => 0)];
}

/** The lower halves of two vectors, side by side. */
export function lowerHalves(a: Code, b: Code): Code {
  return [simd('shuffle', a, b), [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]];
}

/** The upper halves of two vectors, side by side. */
export function upperHalves(a: Code, b: Code): Code {
  return [simd('shuffle', a, b), [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31]];
}

/** The upper half of a vector in its lower half. */
export function upperHalf(of: Code): Code {
  return [simd('shuffle', of, of), [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]];
}

/** One lane of a vector of four, in each of them. */
export function splatLane(index: number, of: Code): Code {
  return [simd('shuffle', of, of), Array.from({ length: 16 }, (_, byte) => 4 * index + (byte % 4))];
}

/** Where something is in memory: an address that is known when the module is written, and what is added to it. */
export interface Place {
  readonly address: () => number;
  readonly plus: Code;
}

function at({ address }: Place, align: number): Code {
  return [align, (): Code => unsigned(address())];
}

export function load(type: ValueType, place: Place): Code {
  if (type === 'v128') return [simd('load', place.plus), at(place, 2)];
  return [place.plus, { i32: 0x28, i64: 0x29, f32: 0x2a, f64: 0x2b }[type], at(place, type === 'f64' ? 3 : 2)];
}

/** One number, of 4 bytes or 8, in each lane. */
export function loadSplat(place: Place, bytes = 4): Code {
  return [simd(bytes === 8 ? 10 : 'loadSplat32', place.plus), at(place, 2)];
}

/** Two numbers of 4 bytes, in the lower half. */
export function loadHalf(place: Place): Code {
  return [simd(93, place.plus), at(place, 2)];
}

export function store(type: ValueType, place: Place, value: Code): Code {
  if (type === 'v128') return [simd('store', place.plus, value), at(place, 2)];
  return [place.plus, value, { i32: 0x36, i64: 0x37, f32: 0x38, f64: 0x39 }[type], at(place, type === 'f64' ? 3 : 2)];
}

/** The first `count` of four lanes. */
export function storeLanes(count: number, place: Place, value: Code): Code {
  const further = (by: number): Place => ({ address: () => place.address() + by, plus: place.plus });
  if (count === 1) return [simd('storeLane32', place.plus, value), at(place, 2), 0];
  const two = [simd('storeLane64', place.plus, value), at(place, 2), 0];
  if (count === 2) return two;
  const third = further(8);
  return [two, simd('storeLane32', third.plus, value), at(third, 2), 2];
}

export function get(local: number): Code {
  return [0x20, unsigned(local)];
}

export function set(local: number, value: Code): Code {
  return [value, 0x21, unsigned(local)];
}

export function tee(local: number, value: Code): Code {
  return [value, 0x22, unsigned(local)];
}

export function plus(a: Code, b: Code): Code {
  return [a, b, 0x6a];
}

/** Adds a number of bytes to a local. */
export function move(local: number, by: number): Code {
  return by === 0 ? [] : set(local, plus(get(local), i32(by)));
}

/** Repeats a body `count` times, at least once. */
export function repeat(counter: number, count: number, body: Code): Code {
  if (count <= 0) return [];
  if (count === 1) return body;
  const next = tee(counter, [get(counter), i32(1), 0x6b]);
  return [set(counter, i32(count)), 0x03, 0x40, body, next, 0x0d, 0, 0x0b];
}

/** Repeats a body as often as is computed, which may be not at all. */
export function repeatFor(counter: number, count: Code, body: Code): Code {
  const next = tee(counter, [get(counter), i32(1), 0x6b]);
  return when(tee(counter, count), [0x03, 0x40, body, next, 0x0d, 0, 0x0b]);
}

/** Runs what is given where a condition holds. */
export function when(condition: Code, body: Code): Code {
  return [condition, 0x04, 0x40, body, 0x0b];
}

/** The smaller one of two numbers that are not below 0, each of which is computed twice. */
export function smaller(a: Code, b: Code): Code {
  return [a, b, a, b, 0x49, 0x1b];
}

/** So many numbers. */
type Tuple<N extends number, T extends number[] = []> = T['length'] extends N ? T : Tuple<N, [...T, number]>;

/** The locals of a function. Those that are given back are used again. */
export class Locals {
  readonly #types: ValueType[];
  readonly #parameters: number;
  readonly #free = new Map<ValueType, number[]>();
  #held: number[] = [];

  /** @param parameters What the function is given: the first locals. */
  constructor(parameters: readonly ValueType[] = []) {
    this.#types = [...parameters];
    this.#parameters = parameters.length;
  }

  local(type: ValueType): number {
    const free = this.#free.get(type)?.pop();
    const local = free ?? this.#types.push(type) - 1;
    this.#held.push(local);
    return local;
  }

  many<N extends number>(type: ValueType, count: N): Tuple<N> {
    return Array.from({ length: count }, () => this.local(type)) as Tuple<N>;
  }

  /** Gives back all that were asked for since. */
  scoped<T>(run: () => T): T {
    const outer = this.#held;
    this.#held = [];
    try {
      return run();
    } finally {
      for (const local of this.#held) {
        const type = this.#types[local] as ValueType;
        this.#free.set(type, [...(this.#free.get(type) ?? []), local]);
      }
      this.#held = outer;
    }
  }

  bytes(): Code {
    const types = this.#types.slice(this.#parameters);
    return [unsigned(types.length), types.map((type) => [1, VALUE[type]])];
  }
}

/** The bytes of code, once addresses are known. */
export function flat(code: Code): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(4096);
  let length = 0;
  const write = (part: Code): void => {
    if (typeof part === 'number') {
      if (length === bytes.length) {
        const larger = new Uint8Array(2 * length);
        larger.set(bytes);
        bytes = larger;
      }
      bytes[length++] = part;
    } else if (typeof part === 'function') write(part());
    else for (const each of part) write(each);
  };
  write(code);
  return bytes.slice(0, length);
}

export function section(id: number, content: Code): Code {
  const bytes = flat(content);
  return [id, unsigned(bytes.length), [...bytes]];
}

export function text(value: string): Code {
  return [unsigned(value.length), [...value].map((letter) => letter.charCodeAt(0))];
}

/** A function: of a step, without arguments or results, or of a vector. */
export interface Body {
  readonly locals: Locals;
  readonly code: Code;
  /** Into how many parts it is divided, where it is: it computes the part that its argument says. */
  readonly parts?: number | undefined;
}
