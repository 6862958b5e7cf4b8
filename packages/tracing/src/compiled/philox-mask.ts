import { M0, M1, ROUNDS, W0, W1 } from '../dropout/philox.js';
import { type Code, f32, get, i32, load, type Place, repeat, repeatFor, set, store, tee } from './code.js';
import { sizeOf } from '../program.js';
import type { View } from './expression.js';
import type { Loops } from './loops.js';
import { beginOf, endOf } from './threads/division.js';

/** What a mask of a dropout is made of: see `mask-kernel.ts`. */
interface Mask {
  readonly to: View;
  readonly key: readonly [number, number];
  /** How many masks there were: both halves of it, as they are fed. */
  readonly low: View;
  readonly high: View;
  readonly least: number;
  readonly kept: number;
}

/** The words of Philox4x32-10, four at a time, and what is kept by them: see `philox`. */
export function writeMask(loops: Loops, { to, key, low, high, least, kept }: Mask): void {
  for (const { buffer } of [to, low, high]) loops.touch(buffer);
  const count = Math.ceil(sizeOf(to.shape) / 4);
  const { locals, division } = loops.begin(count, 4, 600 * count);
  const [group, counter, out, c0, c1, c2, c3, first, second] = locals.many('i32', 9);
  const wide = locals.local('i64');
  const xor = (...of: readonly Code[]): Code => of.reduce((a, b) => [a, b, 0x73]);
  const wholeOf = ({ buffer, offset }: View): Code => [
    load('f32', { address: () => buffer.address + 4 * offset, plus: i32(0) }),
    0xfc,
    1,
  ];
  /** A product of 64 bits, of which the lower half is returned, and the upper one is in `wide`. */
  const multiply = (a: number, by: number): Code => [
    tee(wide, [get(a), 0xad, i32(by | 0), 0xad, 0x7e]),
    0xa7,
    set(wide, [get(wide), 0x42, 32, 0x88]),
  ];
  const upper: Code = [get(wide), 0xa7];
  const rounds = Array.from({ length: ROUNDS }, (_, round): Code => {
    const [k0, k1] = [(key[0] + Math.imul(round, W0)) | 0, (key[1] + Math.imul(round, W1)) | 0];
    return [
      set(first, multiply(c0, M0)),
      set(second, xor(upper, get(c3), i32(k1))),
      set(c3, get(first)),
      set(first, multiply(c2, M1)),
      set(c0, xor(upper, get(c1), i32(k0))),
      set(c1, get(first)),
      set(c2, get(second)),
    ];
  });
  const place = (index: number): Place => ({
    address: () => to.buffer.address + 4 * (to.offset + index),
    plus: get(out),
  });
  const four: Code = [
    set(c0, get(group)),
    set(c1, i32(0)),
    set(c2, [wholeOf(low), wholeOf(high), i32(24), 0x74, 0x72]),
    set(c3, [wholeOf(high), i32(8), 0x76]),
    rounds,
    // Behind the last number there is room.
    [c0, c1, c2, c3].map((word, index) =>
      store('f32', place(index), [f32(kept), f32(0), get(word), i32(least), 0x4e, 0x1b]),
    ),
    set(group, [get(group), i32(1), 0x6a]),
    set(out, [get(out), i32(16), 0x6a]),
  ];
  const code = [
    set(group, division === undefined ? i32(0) : beginOf(division)),
    set(out, [get(group), i32(16), 0x6c]),
    division === undefined
      ? repeat(counter, count, four)
      : repeatFor(counter, [endOf(division), beginOf(division), 0x6b], four),
  ];
  loops.bodies.push({ locals, code, parts: division?.parts });
}
