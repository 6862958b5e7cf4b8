import {
  type Body,
  type Code,
  f32,
  f64,
  get,
  i32,
  lane,
  type Locals,
  lowerHalves,
  set,
  simd,
  tee,
  unsigned,
  upperHalf,
} from './code.js';
import type { Expression, NumberType } from './expression.js';
import { isOwnFunction, type OwnFunction, ownFunctions } from './functions.js';

/** What each operation is as one instruction: of f32, f64, i32, and of four f32 and i32; undefined where there is none. */
const ONE: Readonly<Record<string, readonly (number | undefined)[]>> = {
  add: [0x92, 0xa0, 0x6a, 228, 174],
  sub: [0x93, 0xa1, 0x6b, 229, 177],
  mul: [0x94, 0xa2, 0x6c, 230, 181],
  div: [0x95, 0xa3, undefined, 231, undefined],
  max: [0x97, 0xa5, undefined, 233, 184],
  min: [0x96, 0xa4, undefined, 232, 182],
  abs: [0x8b, 0x99, undefined, 224, 160],
  neg: [0x8c, 0x9a, undefined, 225, 161],
  sqrt: [0x91, 0x9f, undefined, 227, undefined],
  ceil: [0x8d, 0x9b, undefined, 103, undefined],
  floor: [0x8e, 0x9c, undefined, 104, undefined],
  round: [0x90, 0x9e, undefined, 106, undefined],
};

/** Comparisons, in the same order. */
const COMPARE: Readonly<Record<string, readonly number[]>> = {
  equal: [0x5b, 0x61, 0x46, 65, 55],
  notEqual: [0x5c, 0x62, 0x47, 66, 56],
  less: [0x5d, 0x63, 0x48, 67, 57],
  greater: [0x5e, 0x64, 0x4a, 68, 59],
  lessEqual: [0x5f, 0x65, 0x4c, 69, 61],
  greaterEqual: [0x60, 0x66, 0x4e, 70, 63],
};

/** Functions of doubles that the module takes from JavaScript, with the number of their arguments. */
export const FUNCTIONS: ReadonlyMap<string, number> = /*#__PURE__*/ new Map([
  ...'exp log log1p expm1 tanh sin cos tan asin acos atan sinh cosh asinh acosh atanh'
    .split(' ')
    .map((name): [string, number] => [name, 1]),
  ['pow', 2],
  ['atan2', 2],
]);

const SCALAR: Readonly<Record<NumberType, number>> = { f32: 0, f64: 1, i32: 2 };

/** Whether an operation can be done to four at a time. */
export function isVector({ op, type, of }: Expression): boolean {
  if (type === 'f64' || of.some((part) => part.type === 'f64')) return false;
  const index = type === 'i32' ? 4 : 3;
  return ONE[op] === undefined || ONE[op][index] !== undefined;
}

export function constant({ value = 0, type }: Expression): Code {
  return type === 'f32' ? f32(value) : type === 'f64' ? f64(value) : i32(value);
}

/** What an operation is, of the code of what it is of. */
export class Operations {
  /** Those that are called, in the order of their indices. */
  readonly imports: [string, number][] = [];
  readonly #own: OwnFunction[] = [];

  /** Functions of two doubles that are called, in the order of their indices. */
  get own(): readonly Body[] {
    return this.#own.map((name) => ownFunctions[name]);
  }

  scalar(expression: Expression, of: readonly Code[], locals: Locals): Code {
    const { op, type } = expression;
    const [a = [], b = [], c = []] = of;
    const from = (expression.of[0]?.type ?? type) as NumberType;
    if (op === 'cast') return castScalar(a, from, type);
    const compare = COMPARE[op];
    if (compare !== undefined) return [a, b, compare[SCALAR[from]] as number];
    if (op === 'and') return [a, b, 0x71];
    if (op === 'or') return [a, b, 0x72];
    if (op === 'not') return [a, 0x45];
    if (op === 'select') return [b, c, a, 0x1b];
    if (isOwnFunction(op))
      return castScalar(lane('extractF64', 0, this.#two(op, simd(20, castScalar(a, from, 'f64')))), 'f64', type);
    if (FUNCTIONS.has(op))
      return castScalar(
        this.#call(
          op,
          of.map((code) => castScalar(code, from, 'f64')),
        ),
        'f64',
        type,
      );
    if (type === 'i32') {
      if (op === 'neg') return [i32(0), a, 0x6b];
      if (op === 'max' || op === 'min' || op === 'abs') {
        const [x, y] = [locals.local('i32'), locals.local('i32')];
        const other = op === 'abs' ? [i32(0), get(x), 0x6b] : b;
        return [tee(x, a), tee(y, other), get(x), get(y), op === 'min' ? 0x48 : 0x4a, 0x1b];
      }
    }
    return [a, b, ONE[op]?.[SCALAR[type]] as number];
  }

  /** Of four numbers: i32 or f32. */
  vector(expression: Expression, of: readonly Code[], locals: Locals): Code {
    const { op, type } = expression;
    const [a = [], b = [], c = []] = of;
    const from = (expression.of[0]?.type ?? type) as NumberType;
    if (op === 'cast') return type === 'f32' ? simd(250, a) : simd(248, a);
    const one = simd('splatI32', i32(1));
    const compare = COMPARE[op];
    if (compare !== undefined) return simd('and', simd(compare[from === 'i32' ? 4 : 3] as number, a, b), one);
    if (op === 'and') return simd('and', a, b);
    if (op === 'or') return simd(80, a, b);
    if (op === 'not') return simd(81, a, one);
    if (op === 'select') return simd('bitselect', b, c, simd(56, a, simd('splatI32', i32(0))));
    if (isOwnFunction(op)) {
      const x = locals.local('v128');
      const half = (part: Code): Code => simd('demote', this.#two(op, simd('promote', part)));
      return [set(x, a), lowerHalves(half(get(x)), half(upperHalf(get(x))))];
    }
    if (FUNCTIONS.has(op)) return this.#lanes(op, expression, of, locals);
    return simd(ONE[op]?.[type === 'i32' ? 4 : 3] as number, a, b);
  }

  #lanes(op: string, expression: Expression, of: readonly Code[], locals: Locals): Code {
    const given = of.map(() => locals.local('v128'));
    const sets = of.map((code, index): Code => [tee(given[index] as number, code), 0x1a]);
    const result = [0, 1, 2, 3].map((index): Code => {
      const args = given.map((local, which): Code => {
        const isFloat = expression.of[which]?.type === 'f32';
        const taken = lane(isFloat ? 'extractF32' : 'extractI32', index, get(local));
        return castScalar(taken, isFloat ? 'f32' : 'i32', 'f64');
      });
      return castScalar(this.#call(op, args), 'f64', 'f32');
    });
    const [first = [], ...others] = result;
    return [
      sets,
      others.reduce(
        (vector: Code, code, index): Code => [simd('replaceF32', vector, code), index + 1],
        simd('splatF32', first),
      ),
    ];
  }

  #two(name: OwnFunction, of: Code): Code {
    if (!this.#own.includes(name)) this.#own.push(name);
    const index = this.#own.indexOf(name);
    return [of, 0x10, (): Code => unsigned(this.imports.length + index)]; // when all imports are known
  }

  #call(name: string, of: readonly Code[]): Code {
    let index = this.imports.findIndex(([other]) => other === name);
    if (index < 0) index = this.imports.push([name, FUNCTIONS.get(name) as number]) - 1;
    return [of, 0x10, index];
  }
}

function castScalar(of: Code, from: NumberType, to: NumberType): Code {
  if (from === to) return of;
  if (to === 'f64') return [of, from === 'f32' ? 0xbb : 0xb7];
  if (to === 'f32') return [of, from === 'f64' ? 0xb6 : 0xb2];
  return [of, 0xfc, from === 'f32' ? 0 : 2];
}
