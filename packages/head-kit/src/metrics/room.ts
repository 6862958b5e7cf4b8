/** Arrays that a batch is done with, the last one last. A new one for each quantity of each batch would be cold memory, time after time. */
const free: Float64Array[] = [];
const MOST_FREE = 8;
/** Of larger ones the memory is not kept. */
const LARGEST_FREE = 2 ** 16;

/** An array of so many numbers, whatever they are. */
export function borrow(length: number): Float64Array {
  const index = free.findIndex((array) => array.length === length);
  return index < 0 ? new Float64Array(length) : (free.splice(index, 1)[0] as Float64Array);
}

/**
 * Numbers as doubles, to be given back: a loop over one kind of array is twice as fast as one over several. A copy, unless they are too many for
 * that to pay: fresh memory costs as much.
 */
export function borrowCopy(values: ArrayLike<number>): ArrayLike<number> {
  if (values.length > LARGEST_FREE) return values;
  const copy = borrow(values.length);
  copy.set(values);
  return copy;
}

/** Gives an array back that nobody looks at any more. */
export function giveBack(array: ArrayLike<number>): void {
  if (array.length > LARGEST_FREE) return;
  if (free.length === MOST_FREE) free.shift();
  free.push(array as Float64Array);
}
