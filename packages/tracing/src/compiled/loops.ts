import { FUNCTIONS, Operations } from './arithmetic.js';
import { type Body, type Code, Locals, simd } from './code.js';
import type { Buffer, Expression } from './expression.js';
import { fusedMultiplyAdd } from './fused.js';
import { isOwnFunction } from './functions.js';
import type { Nest } from './nest.js';
import { divide, type Division } from './threads/division.js';

/** How loops are written. */
export interface LoopOptions {
  /** For how many threads; by default for one. */
  readonly threads?: number;
  /** How much there must be to do in a loop that is divided, in multiplications. */
  readonly least?: number | undefined;
  /** Whether a product is added to its sum without being rounded before. */
  readonly isFused?: boolean;
}

/** What a function that is written begins with. */
export interface Beginning {
  readonly locals: Locals;
  /** How it is divided, if it is: it then has an argument, the part. */
  readonly division: Division | undefined;
}

/** A loop of some ten microseconds. */
const LEAST = 2 ** 17;
/** How many numbers parts of a loop are multiples of: a line of the caches. */
const LINE = 16;

/** The functions of a step that are written so far, one for each loop over what is computed at once. */
export class Loops {
  readonly bodies: Body[] = [];
  readonly operations: Operations = new Operations();
  readonly #options: LoopOptions;
  #work = 0;

  constructor(options: LoopOptions = {}) {
    this.#options = options;
  }

  /** How much there is to do in all loops, in multiplications. */
  get work(): number {
    return this.#work;
  }

  /** Begins a function that goes through `size` things, so many at a time, with so much to do. */
  begin(size: number, unit: number, work: number): Beginning {
    this.#work += work;
    const { threads = 1, least = LEAST } = this.#options;
    const division = divide(size, unit, { threads, work, least });
    return { locals: new Locals(division === undefined ? [] : ['i32']), division };
  }

  /** Begins a function of a nest of loops that computes `count` numbers. */
  beginNest(nest: Nest, count: number, parts: readonly Expression[]): Beginning {
    return this.begin(nest.outer, nest.depth > 1 ? 1 : LINE, count * workOf(parts));
  }

  /** `sum + a * b`, of four numbers each. */
  addProduct(sum: Code, a: Code, b: Code): Code {
    return this.#options.isFused === true ? fusedMultiplyAdd(a, b, sum) : simd('addF32', sum, simd('mulF32', a, b));
  }

  /** Says that the function that is being written uses a buffer. */
  touch(buffer: Buffer): void {
    const index = this.bodies.length;
    buffer.first = Math.min(buffer.first, index);
    buffer.last = Math.max(buffer.last, index);
  }
}

/** What it takes to compute one number, in multiplications of products: what is in doubles or a function takes longer, and so does memory. */
function workOf(parts: readonly Expression[]): number {
  let work = 0;
  for (const { op, type } of parts)
    work += FUNCTIONS.has(op) || isOwnFunction(op) ? 60 : type === 'f64' ? 10 : op === 'number' ? 0 : 4;
  return work;
}
