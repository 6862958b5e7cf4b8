import {
  addressOf,
  type Code,
  get,
  i32,
  load,
  Locals,
  move,
  type Place,
  plus,
  repeat,
  set,
  simd,
  store,
} from './code.js';
import { BYTES, type View } from './expression.js';
import type { Loops } from './loops.js';

interface Lookup {
  /** These three row by row. */
  readonly from: View;
  /** i32. */
  readonly indices: View;
  readonly to: View;
  /** How many numbers an index stands for. */
  readonly inner: number;
}

const placeOf = ({ buffer, offset }: View, pointer: number, by = 0): Place => ({
  address: () => buffer.address + offset * BYTES[buffer.type] + by,
  plus: get(pointer),
});

const times = (value: Code, by: number): Code => [value, i32(by), 0x6c];

/** Runs what is given where a condition holds. */
const when = (condition: Code, body: Code): Code => [condition, 0x04, 0x40, body, 0x0b];

/**
 * Picks what indices say along an axis: of `[batches, outer, choices, inner]` by `[batches, count]`.
 *
 * The function traps at an index that is out of range, when no variable has changed yet.
 */
export function writeGather(
  loops: Loops,
  {
    from,
    indices,
    to,
    batches,
    outer,
    choices,
    inner,
  }: Lookup & { readonly batches: number; readonly outer: number; readonly choices: number },
): void {
  for (const { buffer } of [from, indices, to]) loops.touch(buffer);
  const locals = new Locals();
  const [base, at, out, source, index] = locals.many('i32', 5);
  const [batch, row, counter, innerCounter] = locals.many('i32', 4);
  const count = indices.shape.reduce((product, size) => product * size, 1) / batches;
  const bytes = 4 * inner;
  const copy: Code = [
    repeat(innerCounter, Math.floor(inner / 4), [
      store('v128', placeOf(to, out), load('v128', placeOf(from, source))),
      move(source, 16),
      move(out, 16),
    ]),
    Array.from({ length: inner % 4 }, (_, rest) =>
      store('i32', placeOf(to, out, 4 * rest), load('i32', placeOf(from, source, 4 * rest))),
    ),
    move(out, 4 * (inner % 4)),
  ];
  const one: Code = [
    set(index, load('i32', placeOf(indices, at))),
    when([get(index), i32(choices), 0x4f], 0x00),
    set(source, plus(get(base), times(get(index), bytes))),
    copy,
    move(at, 4),
  ];
  const code: Code = [
    set(base, i32(0)),
    set(at, i32(0)),
    set(out, i32(0)),
    repeat(batch, batches, [
      repeat(row, outer, [repeat(counter, count, one), move(at, -4 * count), move(base, choices * bytes)]),
      move(at, 4 * count),
    ]),
  ];
  loops.bodies.push({ locals, code });
}

/** Adds rows up by the segments that they belong to; those of a segment that is none count for nothing. */
export function writeSegmentSum(
  loops: Loops,
  { from, indices, to, segments, inner }: Lookup & { readonly segments: number },
): void {
  for (const { buffer } of [from, indices, to]) loops.touch(buffer);
  const locals = new Locals();
  const [source, at, target, index, counter, innerCounter] = locals.many('i32', 6);
  const { type } = to.buffer;
  const bytes = BYTES[type];
  const fours = type === 'f64' ? 0 : Math.floor(inner / 4);
  const add = { f32: 0x92, i32: 0x6a, f64: 0xa0 }[type];
  const addFour = type === 'f32' ? 'addF32' : 174;
  const count = indices.shape.reduce((product, size) => product * size, 1);
  const read = load(from.buffer.type, placeOf(from, source));
  const begin: Place = placeOf(to, target);
  const code: Code = [
    [addressOf(begin), i32(0), i32(bytes * segments * inner), 0xfc, 11, 0],
    set(source, i32(0)),
    set(at, i32(0)),
    repeat(counter, count, [
      set(index, load('i32', placeOf(indices, at))),
      set(target, times(get(index), bytes * inner)),
      [get(index), i32(segments), 0x49, 0x04, 0x40], // the row counts
      repeat(innerCounter, fours, [
        store(
          'v128',
          placeOf(to, target),
          simd(addFour, load('v128', placeOf(to, target)), load('v128', placeOf(from, source))),
        ),
        move(source, 16),
        move(target, 16),
      ]),
      repeat(innerCounter, inner - 4 * fours, [
        store(type, placeOf(to, target), [load(type, placeOf(to, target)), type === 'f64' ? [read, 0xbb] : read, add]),
        move(source, 4),
        move(target, bytes),
      ]),
      0x05, // or does not
      move(source, 4 * inner),
      0x0b,
      move(at, 4),
    ]),
  ];
  loops.bodies.push({ locals, code });
}
