import { type Code, f32, flat, lane, section, simd, text, VALUE } from './code.js';

/** `f32x4.relaxed_madd` of WebAssembly's relaxed SIMD. */
const RELAXED_MADD = 0x105;

/** `a * b + c` for four numbers each, rounded once by processors that fuse the two: what others make of it is theirs. */
export function fusedMultiplyAdd(a: Code, b: Code, c: Code): Code {
  return simd(RELAXED_MADD, a, b, c);
}

let isThere: boolean | undefined;

/** Whether this engine has the instruction, and rounds once: where it rounds twice, there is nothing to gain by it. */
export function hasFusedMultiplyAdd(): boolean {
  return (isThere ??= multiplyAdds() === 2 ** -24);
}

/** `a * a - c` of numbers whose square is `c` if it is rounded. */
function multiplyAdds(): number | undefined {
  const four = (value: number): Code => simd('splatF32', f32(value));
  const [a, c] = [four(1 + 2 ** -12), four(-(1 + 2 ** -11))];
  const body = flat([0, lane('extractF32', 0, fusedMultiplyAdd(a, a, c)), 0x0b]);
  const bytes = flat([
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, [1, 0x60, 0, 1, VALUE.f32]),
    section(3, [1, 0]),
    section(7, [1, text('f'), 0, 0]),
    section(10, [1, body.length, [...body]]),
  ]);
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    return (exports['f'] as () => number)();
  } catch {
    return undefined; // an engine without relaxed SIMD
  }
}
