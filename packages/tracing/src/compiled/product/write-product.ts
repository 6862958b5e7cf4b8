import type { Code, Place } from '../code.js';
import { sizeOf } from '../../program.js';
import { type Buffer, everyPart, type View } from '../expression.js';
import type { Loops } from '../loops.js';
import { bytesOf, Nest } from '../nest.js';
import { writeDots } from './dots.js';
import type { ProductTask } from './task.js';
import { widthOf, writeTiles } from './tiles.js';

/** Writes the function of a product of matrices, of each of a batch if there is one. */
export function writeProduct(loops: Loops, task: ProductTask, scratch: (size: number) => Buffer): void {
  const { a, b, to } = task;
  const [m, k] = a.shape.slice(-2) as [number, number];
  const n = b.shape.at(-1) as number;
  const [ar, ac] = a.strides.slice(-2).map((stride) => 4 * stride) as [number, number];
  const [br, bc] = b.strides.slice(-2).map((stride) => 4 * stride) as [number, number];
  const touch = (): void => {
    for (const view of [a, b, to, ...everyPart([task.end]).flatMap((part) => part.view ?? [])])
      loops.touch(view.buffer);
  };
  touch();
  const batch = to.shape.slice(0, -2);
  const walks = [a, b, to].map((view) => ({ view, strides: bytesOf(view, to.shape).slice(0, -2) }));
  const nest = new Nest(batch, walks);
  const isColumn = n === 1;
  // The only column is a row of the transposed product.
  const sides = isColumn ? { m: 1, n: m, ar: 0, ac: br, br: ac, bc: ar, a: b, b: a } : { m, n, ar, ac, br, bc, a, b };
  const areDots = sides.m === 1 && sides.n > 1 && sides.ac === 4 && sides.br === 4 && sides.bc !== 4;
  const along = nest.depth > 0 ? 'batch' : sides.m >= 8 ? 'rows' : 'columns';
  const units = { batch: [nest.outer, 1], rows: [m, 4], columns: [sides.n, areDots ? 4 : widthOf(sides)] } as const;
  const [size, unit] = units[along];
  const { locals, division } = loops.begin(size, unit, sizeOf(to.shape) * k);
  const divided = { [along]: division };
  const write = (place: (view: View) => Place): Code =>
    nest.along(locals, 1, () =>
      locals.scoped(() => {
        const context = { loops, locals, task, place, sides: { ...sides, k, isColumn }, scratch, divided };
        return areDots ? writeDots(context) : writeTiles(context);
      }),
    );
  const code = nest.write(locals, write, { division: along === 'batch' ? division : undefined });
  touch(); // by what comes after a body that packs, too
  loops.bodies.push({ locals, code, parts: division?.parts });
}
