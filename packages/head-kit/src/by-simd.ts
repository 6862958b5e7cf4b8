/**
 * Loops that whoever has compiled WebAssembly for something else does by it, several numbers at a time: a head that has none is no larger for them. Undefined
 * as long as nobody has.
 */
export const bySimd: {
  /**
   * Adds doubles to others, as many.
   *
   * @returns What had to be rounded off each sum, until the next call; none where that is 0. Undefined where it must be done one by one: nothing has changed then.
   */
  addEach?(sums: Float64Array, terms: Float64Array): Float64Array | undefined;
  /** Whether numbers are in a range; undefined where it cannot tell. */
  areWithin?(values: ArrayLike<number>, min: number, max: number): boolean | undefined;
} = {};
