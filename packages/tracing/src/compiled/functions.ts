import { type Body, type Code, f64, get, i32, Locals, set, simd } from './code.js';

// Functions of two doubles at a time, which step functions call instead of those of JavaScript: to within some units of the last place of a double, so that what
// is rounded to float32 has its last bit right.

const [ADD, SUB, MUL, DIV, MIN, MAX] = [240, 241, 242, 243, 244, 245];

const both = (value: number): Code => simd(20, f64(value));
const op = (code: number, ...of: readonly Code[]): Code => simd(code, ...of);

/** A polynomial by its factors, those of the highest power first. */
function horner(x: Code, factors: readonly number[]): Code {
  const [first = 0, ...others] = factors;
  return others.reduce<Code>((inner, factor) => op(ADD, op(MUL, inner, x), both(factor)), both(first));
}

/** The same in two halves, of which neither waits for the other. */
function polynomial(x: number, factors: readonly number[], locals: Locals): Code {
  const square = locals.local('v128');
  const [even, odd] = [1, 0].map((rest) => factors.filter((_, index) => (factors.length - index) % 2 === rest)) as [
    number[],
    number[],
  ];
  const begin = set(square, op(MUL, get(x), get(x)));
  return [begin, op(ADD, horner(get(square), even), op(MUL, horner(get(square), odd), get(x)))];
}

function bodyOf(write: (x: number, locals: Locals) => Code): Body {
  const locals = new Locals(['v128']);
  return { locals, code: write(0, locals) };
}

/** 1 / n!, from n = 11 on down: the rest is below 1e-14 for |r| <= ln 2 / 2. */
const EXP = Array.from({ length: 12 }, (_, index) => {
  let factorial = 1;
  for (let n = 2; n <= 11 - index; n++) factorial *= n;
  return 1 / factorial;
});

/** Below, a double is next to nothing, and would need another form. */
const SMALLEST = -708;

/** `2^n e^r`, of which n is whole, and r small; ln 2 in two parts, of which the first times n is exact. */
const exp = /*#__PURE__*/ bodyOf((x, locals) => {
  const [n, r, given] = [0, 1, 2].map(() => locals.local('v128')) as [number, number, number];
  const power = op(203, op(206, op(199, op(252, get(n))), simd(18, [0x42, 0xff, 0x07])), i32(52));
  return [
    set(given, get(x)),
    set(x, op(MIN, op(MAX, get(x), both(SMALLEST)), both(709.79))),
    set(n, op(148, op(MUL, get(x), both(Math.LOG2E)))),
    set(
      r,
      op(
        SUB,
        op(SUB, get(x), op(MUL, get(n), both(6.93147180369123816e-1))),
        op(MUL, get(n), both(1.9082149292705877e-10)),
      ),
    ),
    // Nothing below the smallest; NaN stays, since it is not below.
    op(79, op(MUL, polynomial(r, EXP, locals), power), op(73, get(given), both(SMALLEST))),
  ];
});

/** `2 atanh(x / (2 + x))`, as a series: for x from 0 to 1, where the softplus has it. */
const log1pOfUnit = /*#__PURE__*/ bodyOf((x, locals) => {
  const [s, square] = [locals.local('v128'), locals.local('v128')];
  const factors = Array.from({ length: 17 }, (_, index) => 2 / (33 - 2 * index));
  return [
    set(s, op(DIV, get(x), op(ADD, get(x), both(2)))),
    set(square, op(MUL, get(s), get(s))),
    op(MUL, get(s), polynomial(square, factors, locals)),
  ];
});

export type OwnFunction = 'exp' | 'log1pOfUnit';
export const ownFunctions: Readonly<Record<OwnFunction, Body>> = { exp, log1pOfUnit };

export function isOwnFunction(name: string): name is OwnFunction {
  return Object.hasOwn(ownFunctions, name);
}
