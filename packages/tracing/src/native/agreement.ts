import { sameNumbers } from '../compare.js';
import type { BackendData } from '../engine.js';

/** How far a number may be from that of the kernels, by the largest number of the tensor. */
const TOLERANCE = 1e-5;
/** Half of the distance between two neighbours of float32 at 1: what a sum of another order is off by. */
const ROUNDING = 2 ** -23;

/** Whether two results are alike: numbers within 1e-5 of the largest one, anything but floats to the bit. */
export function agree(a: BackendData, b: BackendData): boolean {
  return areSame(a, b) || isWithin(a, b, TOLERANCE * largest(b, () => 0));
}

/**
 * Whether two new values of a variable are: within 1e-5 of its largest change, and some roundings.
 *
 * @param roundings How many, of each number. Default: 1.
 */
export function agreeOnChange(a: BackendData, b: BackendData, before: BackendData, roundings = 1): boolean {
  return areSame(a, b) || isWithin(a, b, TOLERANCE * largest(b, (index) => before[index] as number), roundings);
}

/** As nearly always, and found faster. */
function areSame(a: BackendData, b: BackendData): boolean {
  return sameNumbers(a as Float32Array, b as Float32Array);
}

function largest(values: BackendData, from: (index: number) => number): number {
  let most = 0;
  for (let index = 0; index < values.length; index++) {
    const distance = Math.abs((values[index] as number) - from(index));
    if (distance > most && distance < Infinity) most = distance;
  }
  return most;
}

function isWithin(a: BackendData, b: BackendData, allowed: number, roundings = 1): boolean {
  if (a.length !== b.length) return false;
  const isFloat = b instanceof Float32Array;
  for (let index = 0; index < b.length; index++) {
    const [x, y] = [a[index] as number, b[index] as number];
    if (Object.is(x, y) || x === y) continue;
    if (!isFloat || !Number.isFinite(y) || !(Math.abs(x - y) <= allowed + roundings * ROUNDING * Math.abs(y)))
      return false;
  }
  return true;
}
