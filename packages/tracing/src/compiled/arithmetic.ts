import {
  type Body,
  type Code,
  f32,
  f64,
  get,
  i32,
  lane,
  type Locals,
  set,
  simd,
  tee,
  unsigned,
  zeroVector,
} from './code.js';
import type { Expression, NumberType } from './expression.js';
import { isOwnFunction, ofFourFloats, ofTwoDoubles, type OwnFunction } from './functions.js';

/** What each operation is as one instruction: of f32, f64, i32, and of vectors of f32, f64 and i32; undefined where there is none. */
const ONE: Readonly<Record<string, readonly (number | undefined)[]>> = {
  add: [0x92, 0xa0, 0x6a, 228, 240, 174],
  sub: [0x93, 0xa1, 0x6b, 229, 241, 177],
  mul: [0x94, 0xa2, 0x6c, 230, 242, 181],
  div: [0x95, 0xa3, undefined, 231, 243, undefined],
  max: [0x97, 0xa5, undefined, 233, 245, 184],
  min: [0x96, 0xa4, undefined, 232, 244, 182],
  abs: [0x8b, 0x99, undefined, 224, 236, 160],
  neg: [0x8c, 0x9a, undefined, 225, 237, 161],
  sqrt: [0x91, 0x9f, undefined, 227, 239, undefined],
  ceil: [0x8d, 0x9b, undefined, 103, 116, undefined],
  floor: [0x8e, 0x9c, undefined, 104, 117, undefined],
  round: [0x90, 0x9e, undefined, 106, 148, undefined],
};

/** Comparisons, in the same order. */
const COMPARE: Readonly<Record<string, readonly number[]>> = {
  equal: [0x5b, 0x61, 0x46, 65, 71, 55],
  notEqual: [0x5c, 0x62, 0x47, 66, 72, 56],
  less: [0x5d, 0x63, 0x48, 67, 73, 57],
  greater: [0x5e, 0x64, 0x4a, 68, 74, 59],
  lessEqual: [0x5f, 0x65, 0x4c, 69, 75, 61],
  greaterEqual: [0x60, 0x66, 0x4e, 70, 76, 63],
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
const VECTOR: Readonly<Record<NumberType, number>> = { f32: 3, f64: 4, i32: 5 };

/** How many numbers a vector has that are computed at a time; 1 where they are computed one by one. Of two, floats and integers are the lower halves. */
export type Lanes = 1 | 2 | 4;

/** How many numbers of some expressions can be computed at a time. */
export function lanesOf(parts: readonly Expression[]): Lanes {
  if (parts.some(({ op, type }) => ONE[op] !== undefined && ONE[op][VECTOR[type]] === undefined)) return 1;
  return parts.some(({ type }) => type === 'f64') ? 2 : 4;
}

export function isComparison(op: string): boolean {
  return COMPARE[op] !== undefined;
}

/** One number in each lane. */
export function splat(type: NumberType, of: Code): Code {
  return simd({ f32: 19, f64: 20, i32: 17 }[type], of);
}

export function constant({ value = 0, type }: Expression): Code {
  return type === 'f32' ? f32(value) : type === 'f64' ? f64(value) : i32(value);
}

/** What an operation is, of the code of what it is of. */
export class Operations {
  /** Those that are called, in the order of their indices. */
  readonly imports: [string, number][] = [];
  /** Functions of two doubles, or of four floats, that are called, in the order of their indices. */
  readonly own: Body[] = [];
  readonly #own: string[] = [];

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
      return castScalar(
        lane('extractF64', 0, this.#ours(op, 'f64', simd(20, castScalar(a, from, 'f64')))),
        'f64',
        type,
      );
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

  /** Of vectors. */
  vector(expression: Expression, of: readonly Code[], locals: Locals, lanes: Lanes): Code {
    const { op, type } = expression;
    const [a = [], b = [], c = []] = of;
    const from = (expression.of[0]?.type ?? type) as NumberType;
    if (op === 'cast') return castVector(a, from, type);
    const one = splat('i32', i32(1));
    if (isComparison(op)) {
      const mask = this.mask(expression, of);
      return simd('and', from === 'f64' ? evenLanes(mask, locals) : mask, one);
    }
    if (op === 'and') return simd('and', a, b);
    if (op === 'or') return simd(80, a, b);
    if (op === 'not') return simd(81, a, one);
    if (op === 'select') {
      const mask = simd(56, a, zeroVector());
      return simd('bitselect', b, c, type === 'f64' ? simd(199, mask) : mask);
    }
    if (isOwnFunction(op)) {
      if (type === 'f64' || lanes === 4) return this.#ours(op, type, a);
      return simd('demote', this.#ours(op, 'f64', simd('promote', a)));
    }
    if (FUNCTIONS.has(op)) return this.#lanes(op, expression, of, locals, lanes);
    // One instruction, where the other one is ten; of -0 it would make -0.
    if (op === 'max' && type === 'f32' && Object.is(expression.of[1]?.value, 0))
      return simd(235, simd('addF32', a, zeroVector()), zeroVector());
    return simd(ONE[op]?.[VECTOR[type]] as number, a, b);
  }

  /** All bits where a comparison holds, which is as wide as what it compares. */
  mask({ op, of: [first] }: Expression, [a = [], b = []]: readonly Code[]): Code {
    return simd(COMPARE[op]?.[VECTOR[first?.type as NumberType]] as number, a, b);
  }

  #lanes(op: string, { type, of: given }: Expression, of: readonly Code[], locals: Locals, lanes: Lanes): Code {
    const held = of.map(() => locals.local('v128'));
    const sets = of.map((code, index): Code => [tee(held[index] as number, code), 0x1a]);
    const result = Array.from({ length: lanes }, (_, index): Code => {
      const args = held.map((local, which): Code => {
        const from = given[which]?.type as NumberType;
        return castScalar(lane(EXTRACT[from], index, get(local)), from, 'f64');
      });
      return castScalar(this.#call(op, args), 'f64', type);
    });
    const [first = [], ...others] = result;
    const replace = type === 'f64' ? 34 : 'replaceF32';
    return [
      sets,
      others.reduce((vector: Code, code, index): Code => [simd(replace, vector, code), index + 1], splat(type, first)),
    ];
  }

  #ours(name: OwnFunction, type: NumberType, of: Code): Code {
    const key = `${name} ${type}`;
    if (!this.#own.includes(key)) {
      this.#own.push(key);
      this.own.push(type === 'f64' ? ofTwoDoubles(name) : ofFourFloats(name));
    }
    const index = this.#own.indexOf(key);
    return [of, 0x10, (): Code => unsigned(this.imports.length + index)]; // when all imports are known
  }

  #call(name: string, of: readonly Code[]): Code {
    let index = this.imports.findIndex(([other]) => other === name);
    if (index < 0) index = this.imports.push([name, FUNCTIONS.get(name) as number]) - 1;
    return [of, 0x10, index];
  }
}

const EXTRACT = { f32: 'extractF32', f64: 'extractF64', i32: 'extractI32' } as const;

/** The lower halves of two numbers of 64 bits, side by side. */
function evenLanes(of: Code, locals: Locals): Code {
  const local = locals.local('v128');
  return [set(local, of), simd('shuffle', get(local), get(local)), EVEN];
}

const EVEN: Code = [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11];

function castVector(of: Code, from: NumberType, to: NumberType): Code {
  if (from === to) return of;
  if (to === 'f64') return simd(from === 'f32' ? 'promote' : 254, of);
  if (to === 'f32') return simd(from === 'f64' ? 'demote' : 250, of);
  return simd(from === 'f32' ? 248 : 252, of);
}

function castScalar(of: Code, from: NumberType, to: NumberType): Code {
  if (from === to) return of;
  if (to === 'f64') return [of, from === 'f32' ? 0xbb : 0xb7];
  if (to === 'f32') return [of, from === 'f64' ? 0xb6 : 0xb2];
  return [of, 0xfc, from === 'f32' ? 0 : 2];
}
