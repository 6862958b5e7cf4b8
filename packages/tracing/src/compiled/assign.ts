import { type Lanes, lanesOf, splat } from './arithmetic.js';
import { type Code, get, load, type Place, set, store, storeLanes } from './code.js';
import { sizeOf } from '../program.js';
import { BYTES, everyPart, type Expression, type View } from './expression.js';
import type { Loops } from './loops.js';
import { bytesOf, Nest, type Walk } from './nest.js';
import { expressionWriter, read } from './write-expression.js';

/** Numbers to be computed, and where they go: both of one shape. */
export interface Assignment {
  readonly of: Expression;
  readonly to: View;
}

/** Computes numbers of one shape in one loop: some at a time where they lie side by side. */
export function writeAssignments(loops: Loops, assignments: readonly Assignment[]): void {
  const { shape } = (assignments[0] as Assignment).to;
  if (sizeOf(shape) === 0) return;
  const parts = everyPart(assignments.map(({ of }) => of));
  const views = new Map<View, Walk>();
  for (const { view } of parts) if (view) views.set(view, { view, strides: bytesOf(view, shape) });
  for (const { to } of assignments) views.set(to, { view: to, strides: bytesOf(to, shape) });
  for (const { view } of views.values()) loops.touch(view.buffer);
  const nest = new Nest(shape, [...views.values()]);
  const { locals, division } = loops.beginNest(nest, sizeOf(shape), parts);
  const isEven =
    parts.every(({ view }) => view === undefined || nest.isPlain(view)) &&
    assignments.every(({ to }) => nest.innerStride(to) === BYTES[to.buffer.type]);
  const most = isEven ? lanesOf(parts) : 1;
  const body = (place: (view: View) => Place): Code => {
    const hoisted = new Map<View, number>();
    const before = parts.flatMap(({ view }): Code[] => {
      if (view === undefined || nest.innerStride(view) !== 0 || nest.inner === 1) return [];
      const local = locals.local(view.buffer.type);
      hoisted.set(view, local);
      return [set(local, load(view.buffer.type, place(view)))];
    });
    const some = (lanes: Lanes): Code => {
      const readView = (view: View): Code => {
        const local = hoisted.get(view);
        if (local === undefined) return read(view, place(view), lanes);
        return lanes === 1 ? get(local) : splat(view.buffer.type, get(local));
      };
      const write = expressionWriter({ parts, operations: loops.operations, locals, lanes, readView });
      // All are computed before any is stored: one may take the place of what another is computed of.
      const made = assignments.map(({ of, to }) => {
        const local = locals.local(lanes === 1 ? to.buffer.type : 'v128');
        return { to, local, code: set(local, write(of)) };
      });
      return [made.map(({ code }) => code), made.map(({ to, local }) => put(to, place(to), lanes, get(local)))];
    };
    return [before, nest.along(locals, most, (lanes) => locals.scoped(() => some(lanes)))];
  };
  loops.bodies.push({ locals, code: nest.write(locals, body, { division }), parts: division?.parts });
}

function put({ buffer: { type } }: View, place: Place, lanes: Lanes, value: Code): Code {
  if (lanes === 1) return store(type, place, value);
  return lanes === 2 && type !== 'f64' ? storeLanes(2, place, value) : store('v128', place, value);
}
