import { constant, isComparison, type Lanes, type Operations, splat } from './arithmetic.js';
import { type Code, get, load, loadHalf, loadSplat, type Locals, type Place, simd, tee } from './code.js';
import { BYTES, type Expression, type View } from './expression.js';

/** Where and how expressions are written. */
export interface ExpressionTask {
  /** All that is computed: what several are of is computed once. */
  readonly parts: readonly Expression[];
  readonly operations: Operations;
  readonly locals: Locals;
  /** How many numbers are computed at a time. */
  readonly lanes: Lanes;
  /** Gives numbers that lie in memory. */
  readonly readView: (view: View) => Code;
  /** What is computed already. */
  readonly given?: ReadonlyMap<Expression, Code>;
}

/** Gives the code of expressions, one after the other, in the order in which they run. */
export function expressionWriter(task: ExpressionTask): (of: Expression) => Code {
  const { parts, operations, locals, lanes, readView, given } = task;
  const uses = new Map<Expression, number>();
  for (const { of } of parts) for (const part of of) uses.set(part, (uses.get(part) ?? 0) + 1);
  const known = new Map<Expression, number>();
  const isShared = (part: Expression): boolean => part.op !== 'number' && (uses.get(part) ?? 0) > 1;
  const write = (part: Expression): Code => {
    const local = known.get(part);
    if (local !== undefined) return get(local);
    const there = given?.get(part);
    if (there !== undefined) return there;
    const code = compute(part);
    if (!isShared(part)) return code;
    const shared = locals.local(lanes === 1 ? part.type : 'v128');
    known.set(part, shared);
    return tee(shared, code);
  };
  const compute = (part: Expression): Code => {
    const { op, type, view, of } = part;
    if (view) return readView(view);
    if (op === 'number') return lanes === 1 ? constant(part) : splat(type, constant(part));
    const [first, ...others] = of;
    if (op !== 'select' || first === undefined) return finish(part, of.map(write));
    // What is shared must be written where it is computed first: a condition comes last.
    const rest = others.map(write);
    const isMask =
      lanes > 1 && isComparison(first.op) && !isShared(first) && bytesOfOne(first.of[0]) === bytesOfOne(part);
    if (!isMask) return finish(part, [write(first), ...rest]);
    return simd('bitselect', rest, operations.mask(first, first.of.map(write)));
  };
  const finish = (part: Expression, of: readonly Code[]): Code =>
    lanes === 1 ? operations.scalar(part, of, locals) : operations.vector(part, of, locals, lanes);
  return write;
}

const bytesOfOne = (part: Expression | undefined): number => BYTES[part?.type ?? 'f32'];

/** @param isSame Whether one number is meant for all lanes. */
export function read({ buffer: { type } }: View, place: Place, lanes: Lanes, isSame = false): Code {
  if (lanes === 1) return load(type, place);
  if (isSame) return loadSplat(place, BYTES[type]);
  return lanes === 2 && type !== 'f64' ? loadHalf(place) : load('v128', place);
}
