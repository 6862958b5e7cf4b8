import { type Body, type Code, f64, get, i32, Locals, lowerHalves, set, simd, upperHalf } from './code.js';

// Functions of two doubles at a time, which step functions call instead of those of JavaScript: to within some units of the last place of a double, so that what
// is rounded to float32 has its last bit right.

const [ADD, SUB, MUL, DIV, MIN, MAX] = [240, 241, 242, 243, 244, 245];
const [EQUAL, LESS, ABS] = [71, 73, 236];
const [AND, AND_NOT, OR, SELECT] = [78, 79, 80, 82];
/** Of the bits of doubles, as whole numbers. */
const [ADD_BITS, SUB_BITS, SHIFT_LEFT, SHIFT_RIGHT] = [206, 209, 203, 205];

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

/** Writes what a function of two doubles is; x may be used for anything then. */
type Write = (x: number, locals: Locals) => Code;

/** ln 2 in two parts, of which the first times a whole number is exact. */
const LN2 = [6.93147180369123816e-1, 1.9082149292705877e-10] as const;

/** 1 / n!, from n = 11 on down: the rest is below 1e-14 for |r| <= ln 2 / 2. */
const EXP = Array.from({ length: 12 }, (_, index) => {
  let factorial = 1;
  for (let n = 2; n <= 11 - index; n++) factorial *= n;
  return 1 / factorial;
});

/** Below, a double is next to nothing, and would need another form. */
const SMALLEST = -708;

/** Has x between what a double can be the exponential of, and divides it into a whole `n` times ln 2, and `r`; then 2^n. */
function divided(x: number, locals: Locals): { readonly begin: Code; readonly r: number; readonly power: Code } {
  const [n, r] = locals.many('v128', 2);
  return {
    r,
    power: op(SHIFT_LEFT, op(ADD_BITS, op(199, op(252, get(n))), simd(18, [0x42, 0xff, 0x07])), i32(52)),
    begin: [
      set(x, op(MIN, op(MAX, get(x), both(SMALLEST)), both(709.79))),
      set(n, op(148, op(MUL, get(x), both(Math.LOG2E)))),
      set(r, op(SUB, op(SUB, get(x), op(MUL, get(n), both(LN2[0]))), op(MUL, get(n), both(LN2[1])))),
    ],
  };
}

/** `2^n e^r`. */
const exp: Write = (x, locals) => {
  const given = locals.local('v128');
  const { begin, r, power } = divided(x, locals);
  return [
    set(given, get(x)),
    begin,
    // Nothing below the smallest; NaN stays, since it is not below.
    op(AND_NOT, op(MUL, polynomial(r, EXP, locals), power), op(LESS, get(given), both(SMALLEST))),
  ];
};

/** `2^n (e^r - 1) + (2^n - 1)`; 0 of -0, and no number where 2^n is too large for one. */
function writeExpm1(x: number, locals: Locals): Code {
  const scale = locals.local('v128');
  const { begin, r, power } = divided(x, locals);
  const rest = op(MUL, polynomial(r, EXP.slice(0, -1), locals), get(r));
  return [begin, set(scale, power), op(ADD, op(MUL, rest, get(scale)), op(SUB, get(scale), both(1)))];
}

/** What is so small that a function of it is it itself, -0 among it. */
const isTiny = (x: number): Code => op(LESS, op(ABS, get(x)), both(2 ** -54));

const expm1: Write = (x, locals) => {
  const given = locals.local('v128');
  const made = op(SELECT, both(Infinity), writeExpm1(x, locals), op(LESS, both(709), get(given)));
  return [set(given, get(x)), op(SELECT, get(given), made, isTiny(given))];
};

/** The sign of a number, and the size of another one. */
const signed = (size: Code, sign: Code): Code => op(SELECT, sign, size, both(-0));

/** `-t / (2 + t)` of `t = e^(-2|x|) - 1`, by the sign of x. */
const tanh: Write = (x, locals) => {
  const [given, t] = locals.many('v128', 2);
  return [
    set(given, get(x)),
    set(x, op(MUL, op(ABS, get(x)), both(-2))),
    set(t, writeExpm1(x, locals)),
    signed(op(DIV, get(t), op(ADD, get(t), both(2))), get(given)),
  ];
};

/** `2 / n`, from n = 33 on down by 2. */
const ATANH = Array.from({ length: 17 }, (_, index) => 2 / (33 - 2 * index));

/** `2 atanh(s)` as a series. */
function twiceAtanh(s: number, factors: readonly number[], locals: Locals): Code {
  const square = locals.local('v128');
  return [set(square, op(MUL, get(s), get(s))), op(MUL, get(s), polynomial(square, factors, locals))];
}

/** `2 atanh(x / (2 + x))`: for x from 0 to 1, where the softplus has it. */
const log1pOfUnit: Write = (x, locals) => {
  const s = locals.local('v128');
  return [set(s, op(DIV, get(x), op(ADD, get(x), both(2)))), twiceAtanh(s, ATANH, locals)];
};

/**
 * `n ln 2 + 2 atanh((m - 1) / (m + 1))` of `2^n m`, with m from the root of a half to that of 2: there 11 terms do. By the bits of x, which are the exponent, and then
 * what there is behind the point: 2 has the exponent 1,024, and minus infinity is ones where exponents are.
 */
function writeLog(x: number, locals: Locals): Code {
  const [given, isSmall, bits, n, m, s, made] = locals.many('v128', 7);
  return [
    set(given, get(x)),
    // What has not all digits is made larger.
    set(isSmall, op(LESS, get(x), both(2 ** -1022))),
    set(x, op(SELECT, op(MUL, get(x), both(2 ** 54)), get(x), get(isSmall))),
    set(bits, op(SUB_BITS, op(ADD_BITS, get(x), both(2)), both(Math.SQRT1_2))),
    set(n, op(SUB, op(OR, op(SHIFT_RIGHT, get(bits), i32(52)), both(2 ** 52)), both(2 ** 52 + 1024))),
    set(n, op(SUB, get(n), op(AND, get(isSmall), both(54)))),
    set(m, op(ADD_BITS, op(SUB_BITS, get(x), op(AND, get(bits), both(-Infinity))), both(2))),
    set(s, op(DIV, op(SUB, get(m), both(1)), op(ADD, get(m), both(1)))),
    set(
      made,
      op(
        ADD,
        op(MUL, get(n), both(LN2[0])),
        op(ADD, twiceAtanh(s, ATANH.slice(-11), locals), op(MUL, get(n), both(LN2[1]))),
      ),
    ),
    // Infinity and NaN stay, 0 becomes minus infinity, what is below NaN: all bits.
    set(made, op(SELECT, get(made), get(given), op(LESS, get(given), both(Infinity)))),
    set(made, op(SELECT, both(-Infinity), get(made), op(EQUAL, get(given), both(0)))),
    op(OR, get(made), op(LESS, get(given), both(0))),
  ];
}

/** `log(1 + x)`, and what `1 + x` was rounded by: it changes the logarithm by as much, over `1 + x`. */
const log1p: Write = (x, locals) => {
  const [given, sum, lost, made] = locals.many('v128', 4);
  return [
    set(given, get(x)),
    set(sum, op(ADD, get(x), both(1))),
    set(lost, op(DIV, op(SUB, get(given), op(SUB, get(sum), both(1))), get(sum))),
    set(x, get(sum)),
    // Of -1 and of infinity it is no number.
    set(made, op(ADD, writeLog(x, locals), op(AND, get(lost), op(EQUAL, get(lost), get(lost))))),
    op(SELECT, get(given), get(made), isTiny(given)),
  ];
};

export type OwnFunction = 'exp' | 'expm1' | 'tanh' | 'log' | 'log1p' | 'log1pOfUnit';

const writers: Readonly<Record<OwnFunction, Write>> = { exp, expm1, tanh, log: writeLog, log1p, log1pOfUnit };

export function isOwnFunction(name: string): name is OwnFunction {
  return Object.hasOwn(writers, name);
}

/** A function of two doubles. */
export function ofTwoDoubles(name: OwnFunction): Body {
  const locals = new Locals(['v128']);
  return { locals, code: writers[name](0, locals) };
}

/** A function of four floats: two by two, of which neither waits for the others. */
export function ofFourFloats(name: OwnFunction): Body {
  const locals = new Locals(['v128']);
  const [low, high] = locals.many('v128', 2);
  const made = [low, high].map((x) => simd('demote', writers[name](x, locals))) as [Code, Code];
  const begin = [set(low, simd('promote', get(0))), set(high, simd('promote', upperHalf(get(0))))];
  return { locals, code: [begin, lowerHalves(...made)] };
}
