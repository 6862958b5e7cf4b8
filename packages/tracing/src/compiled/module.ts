import { type Body, type Code, flat, get, i32, Locals, move, section, set, text, unsigned, VALUE } from './code.js';
import { bodyTogether, help, PART } from './threads/help.js';

/** What a module is made of. */
export interface Parts {
  /** What is imported, with the number of arguments. */
  readonly imports: readonly (readonly [string, number])[];
  /** Functions of a vector, which the others call: their indices follow those of what is imported. */
  readonly own: readonly Body[];
  readonly bodies: readonly Body[];
  readonly pages: number;
  /** What several threads do first. */
  readonly backup: Code;
}

/** Types of functions, by index: `PART` is one. */
const TYPES = [
  [[], []],
  [['f64'], ['f64']],
  [['f64', 'f64'], ['f64']],
  [['v128'], ['v128']],
  [['i32'], []],
  [['i32', 'i32'], []],
] as const;

/** Whether the parts of a body are computed by several threads. */
function isDivided({ parts }: Body): boolean {
  return parts !== undefined;
}

/**
 * A module that imports `m.memory` and functions of doubles (`m.exp`), and exports `step`, which calls the bodies in their order. Where some are divided, the memory is a shared
 * one, and it exports `together`, which does the same with others that are in `help` meanwhile.
 */
export function moduleOf({ imports, own, bodies, pages, backup }: Parts): Uint8Array<ArrayBuffer> {
  const first = imports.length + own.length;
  const last = first + bodies.length;
  const divided = bodies.flatMap((body, index) => (isDivided(body) ? [index] : []));
  const isShared = divided.length > 0;
  const locals = new Locals();
  const part = isShared ? locals.local('i32') : 0;
  const call = (index: number): Code => [0x10, unsigned(first + index)];
  const alone = bodies.map(({ parts }, index): Code => {
    if (parts === undefined) return call(index);
    const rest = [get(part), i32(parts), 0x49, 0x0d, 0];
    return [set(part, i32(0)), 0x03, 0x40, get(part), call(index), move(part, 1), rest, 0x0b];
  });
  const together = bodies.map(({ parts }, index): Code =>
    parts === undefined ? call(index) : [i32(divided.indexOf(index)), i32(parts), 0x10, unsigned(last + 1)],
  );
  const functions: [number, Body][] = [
    ...own.map((body): [number, Body] => [3, body]),
    ...bodies.map((body): [number, Body] => [isDivided(body) ? PART : 0, body]),
    [0, { locals, code: alone }],
  ];
  const exported: [string, number][] = [['step', last]];
  if (isShared) {
    functions.push([5, bodyTogether()], [0, { locals: new Locals(), code: [backup, together] }], [0, help()]);
    exported.push(['together', last + 2], ['help', last + 3]);
  }
  const types = TYPES.map((sides) => [0x60, sides.map((side) => [side.length, side.map((type) => VALUE[type])])]);
  const indices = divided.map((index) => unsigned(first + index));
  return flat([
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, [types.length, types]),
    section(2, [
      unsigned(imports.length + 1),
      imports.map(([name, count]) => [text('m'), text(name), 0, count]),
      [text('m'), text('memory'), 2, isShared ? [3, unsigned(pages)] : 0, unsigned(pages)],
    ]),
    section(3, [unsigned(functions.length), functions.map(([type]) => type)]),
    isShared ? section(4, [1, 0x70, 0, unsigned(indices.length)]) : [],
    section(7, [exported.length, exported.map(([name, index]) => [text(name), 0, unsigned(index)])]),
    isShared ? section(9, [1, 0, i32(0), 0x0b, unsigned(indices.length), indices]) : [],
    section(10, [
      unsigned(functions.length),
      functions.map(([, body]) => {
        const bytes = flat([body.locals.bytes(), body.code, 0x0b]);
        return [unsigned(bytes.length), [...bytes]];
      }),
    ]),
  ]);
}
