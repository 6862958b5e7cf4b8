import { addressOf, type Code, get, i32, plus } from '../code.js';
import type { Buffer } from '../expression.js';
import type { ProductContext } from './context.js';
import { type RightSide, writePanels } from './panels.js';

/** What was packed: where, what is added to that for a matrix of a batch, and what packs it. */
export interface Packed {
  readonly buffer: Buffer;
  readonly plus: Code;
  readonly code: Code;
}

/**
 * Packs a side: eight columns side by side, one row after the other, as tiles go through them. What several parts of a product have in common is packed by a body before.
 * Of the left side, whose numbers lie along its columns, that is eight rows.
 */
export function pack(context: ProductContext, side: 'a' | 'b'): Packed {
  const { loops, locals, sides, divided, place, scratch } = context;
  const { a, m, ar, ac, k } = sides;
  const of: RightSide = side === 'b' ? sides : { b: a, k, n: m, br: ac, bc: ar };
  const { n } = of;
  const { batch, rows, columns } = divided;
  const size = 8 * Math.ceil(n / 8) * k;
  const buffer = scratch(size * (batch?.parts ?? 1));
  const to = batch === undefined ? i32(0) : [get(0), i32(4 * size), 0x6c];
  const ofParts = side === 'b' ? columns : undefined;
  if (ofParts === undefined && (rows ?? columns) !== undefined) {
    const body = loops.begin(n, 8, 4 * n * k);
    const { division } = body;
    const code = writePanels(buffer, of, { locals: body.locals, from: i32(0), to: i32(0), columns: division });
    loops.touch(buffer);
    loops.bodies.push({ locals: body.locals, code, parts: division?.parts });
    return { buffer, plus: to, code: [] };
  }
  return { buffer, plus: to, code: writePanels(buffer, of, { locals, from: place(of.b).plus, to, columns: ofParts }) };
}

/** The address of a column, and of a term of it, in what is packed; columns come by fours. */
export function packedPlace({ buffer, plus: by }: Packed, k: number, column: Code, term: Code): Code {
  const panel = [[column, i32(3), 0x76], i32(32 * k), 0x6c];
  const half = [[column, i32(4), 0x71], i32(4), 0x6c];
  return plus(plus(plus(addressOf({ address: () => buffer.address }), by), plus(panel, half)), [term, i32(32), 0x6c]);
}
