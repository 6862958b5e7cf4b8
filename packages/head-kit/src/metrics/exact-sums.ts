import { bySimd } from '../by-simd.js';
import { describe } from '../checks/describe.js';
import { headError } from '../error.js';
import { numberOf, unitsOf } from './fixed-point.js';
import { borrow, borrowCopy, giveBack } from './room.js';

/** Terms below it are summed as doubles: no sum of fewer than 2^63 of them overflows on the way. */
export const LARGEST: number = 2 ** 960;
/** How many terms are added up between two looks at the sum. */
const BLOCK = 2 ** 10;
/** How much larger than the first of them the others may be. */
const MARGIN = 2 ** 8;
/** So that the finest grid is one of doubles. */
const SMALLEST_BOUND = 2 ** -900;

/**
 * Sums without rounding. The same terms in any order, cut into any parts, added up by any number of these, come to the same bits.
 *
 * A sum is kept as a few doubles that add up to it: what a double has to round off when a term is added goes, exactly, to the next
 * (Knuth's TwoSum, The Art of Computer Programming 4.2.2). For terms of similar size two are enough; there are as many as are needed.
 * NaN and infinite terms come to what they come to in doubles, in any order.
 *
 * ```ts
 * const sums = new ExactSums(1);
 * for (const term of [1e100, 1, -1e100]) sums.add(0, term);
 * sums.rounded(); // [1]
 * ```
 */
export class ExactSums {
  /** How many sums there are. */
  readonly size: number;
  /** The doubles of each sum, the largest first; those after it when there are any. */
  #levels: Float64Array[];
  /** What does not fit into doubles, in units of the smallest of them. */
  #beyond: bigint[] | undefined;
  /** The sums of the terms that are no finite number. */
  #special: Float64Array | undefined;

  /**
   * @param size How many sums there are.
   * @param levels Doubles that add up to what they are at first, as many in each: they are its own from then on. Default: 0.
   */
  constructor(size: number, ...levels: Float64Array[]) {
    this.size = size;
    this.#levels = levels;
  }

  /** Adds a term to one of the sums. */
  add(index: number, term: number): void {
    if (!(Math.abs(term) < LARGEST)) {
      this.#addUnusual(index, term);
      return;
    }
    const level = this.#level(0);
    const before = level[index] as number;
    const sum = before + term;
    const gained = sum - before;
    const rest = before - (sum - gained) + (term - gained);
    level[index] = sum;
    if (rest !== 0) this.#addFrom(1, index, rest);
  }

  /**
   * Adds values, each times its weight, to one of the sums; a product is rounded, once, where it does not fit into a double, which
   * that of two float32 numbers always does.
   *
   * @param weights As many as there are values; undefined where each is 1.
   * @param divisor What each product is divided by.
   */
  addProducts(index: number, values: ArrayLike<number>, weights: ArrayLike<number> | undefined, divisor = 1): void {
    const factors = weights && borrowCopy(weights);
    const terms = borrowCopy(values);
    let bound = SMALLEST_BOUND;
    for (let i = 0; i < terms.length;) {
      // A term plus and less `coarse` is rounded to a multiple of 2^-53 of `BLOCK * bound`: as many of these as a block has, each of a term
      // below the bound, add up with no rounding. So do the rests on a grid that is as much finer, and as a rule nothing is left then.
      // That is less to do than Knuth's sum twice, and no term waits for the one before.
      const coarse = 0.75 * BLOCK * bound;
      const fine = coarse * BLOCK * 2 ** -54;
      const end = Math.min(i + BLOCK, terms.length);
      let high = 0;
      let low = 0;
      let term = 0;
      for (; i < end; i++) {
        term = terms[i] as number;
        if (factors !== undefined) term *= factors[i] as number;
        if (divisor !== 1) term /= divisor;
        if (!(Math.abs(term) < bound)) break;
        const upper = term + coarse - coarse;
        const rest = term - upper;
        const lower = rest + fine - fine;
        high += upper;
        low += lower;
        if (rest !== lower) this.add(index, rest - lower);
      }
      this.add(index, high);
      this.add(index, low);
      if (i === end) continue;
      if (Math.abs(term) < LARGEST) bound = MARGIN * 2 ** Math.floor(Math.log2(Math.abs(term)));
      else {
        // What is infinite or NaN counts for nothing with a weight of 0, which would make NaN of it.
        if (factors?.[i] !== 0) this.add(index, term);
        i++;
      }
    }
    giveBack(terms);
    if (factors !== undefined) giveBack(factors);
  }

  /** Adds a sum of others to one of these. */
  addSum(index: number, others: ExactSums, of: number): void {
    for (const level of others.#levels) {
      const term = level[of] as number;
      if (term !== 0) this.add(index, term);
    }
    const special = others.#special?.[of] ?? 0;
    if (special !== 0) this.#addUnusual(index, special);
    const beyond = others.#beyond?.[of] ?? 0n;
    if (beyond !== 0n) this.#addBeyond(index, beyond);
  }

  /** Adds a term to each of the sums. */
  addEach(terms: Float64Array, first = 0): void {
    const rests = bySimd.addEach?.(this.#level(first), terms);
    if (rests === undefined) terms.forEach((term, i) => this.add(i, term));
    else if (rests.length > 0) this.addEach(rests, first + 1);
  }

  /** Adds others, as many, one to one. */
  addAll(others: ExactSums): void {
    if (others.size !== this.size) {
      throw headError('INVALID_ARGUMENT', `There are ${this.size} sums, got ${others.size} to add to them.`);
    }
    if (others.#special === undefined && others.#beyond === undefined) {
      if (this.#levels.length === 0) this.#levels = others.#levels.map((level) => level.slice());
      else for (const level of others.#levels) this.addEach(level);
    } else for (let i = 0; i < this.size; i++) this.addSum(i, others, i);
  }

  /** Adds a multiple of the smallest double. */
  addUnits(index: number, units: bigint): void {
    // In doubles, the largest first, as long as they are of a usual size.
    for (let left = units; left !== 0n;) {
      const term = numberOf(left);
      if (!(Math.abs(term) < LARGEST)) {
        this.#addBeyond(index, left);
        return;
      }
      this.add(index, term);
      left -= unitsOf(term);
    }
  }

  /** Each sum as the nearest double, infinite beyond the largest. */
  rounded(): Float64Array {
    const [, low, third] = this.#levels;
    const high = this.#level(0);
    const rounded = borrow(this.size);
    rounded.set(high);
    // Where the first two doubles are all of a sum, the nearest double is the sum of them.
    const areTwo = third === undefined && this.#special === undefined && this.#beyond === undefined;
    if (areTwo && low === undefined) return rounded;
    for (let i = 0; i < this.size; i++)
      rounded[i] = areTwo ? (high[i] as number) + ((low as Float64Array)[i] as number) : this.#nearest(i);
    return rounded;
  }

  #nearest(index: number): number {
    const special = this.#special?.[index] ?? 0;
    return special === 0 ? numberOf(this.#units(index)) : special;
  }

  /** A sum in full: as a double that is equal to it or, where there is none, as a multiple of the smallest double. */
  exact(index: number): number | bigint {
    const special = this.#special?.[index] ?? 0;
    if (special !== 0) return special;
    const units = this.#units(index);
    const nearest = numberOf(units);
    return Number.isFinite(nearest) && unitsOf(nearest) === units ? nearest : units;
  }

  /** Forgets all terms. */
  clear(): void {
    this.#levels = [];
    this.#beyond = this.#special = undefined;
  }

  /** A sum of finite terms, as a multiple of the smallest double. */
  #units(index: number): bigint {
    return this.#levels.reduce((total, level) => total + unitsOf(level[index] as number), this.#beyond?.[index] ?? 0n);
  }

  /** Made when there is something to add to it: a metric that has summed up nothing is to cost nothing. */
  #level(index: number): Float64Array {
    return (this.#levels[index] ??= new Float64Array(this.size));
  }

  /** Adds what is left of a term to a level and those after it. What is left after all of them makes one more. */
  #addFrom(first: number, index: number, term: number): void {
    this.#checkIndex(index); // the rest of a sum that there is not is NaN, so none is missed
    let rest = term;
    for (let i = first; rest !== 0; i++) {
      const level = this.#level(i);
      const before = level[index] as number;
      const sum = before + rest;
      const gained = sum - before;
      rest = before - (sum - gained) + (rest - gained);
      level[index] = sum;
    }
  }

  #addUnusual(index: number, term: number): void {
    this.#checkIndex(index);
    if (Number.isFinite(term)) {
      this.#addBeyond(index, unitsOf(term));
      return;
    }
    this.#special ??= new Float64Array(this.size);
    this.#special[index] = (this.#special[index] as number) + term;
  }

  #addBeyond(index: number, units: bigint): void {
    this.#beyond ??= [];
    this.#beyond[index] = (this.#beyond[index] ?? 0n) + units;
  }

  #checkIndex(index: number): void {
    if (Number.isInteger(index) && index >= 0 && index < this.size) return;
    throw headError('INVALID_ARGUMENT', `There are ${this.size} sums, got a term for the sum ${describe(index)}.`);
  }
}
