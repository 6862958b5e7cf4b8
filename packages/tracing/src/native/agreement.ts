import { sameNumbers } from '../compare.js';
import type { BackendData } from '../engine.js';

/** How far a number may be from that of the kernels, by the largest number of the tensor. */
const TOLERANCE = 1e-5;
/** Below which share of the largest number of a slot a gradient's roundings show in a step. */
const NOISE = 1e-2;
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

/**
 * Whether two new values of a variable are alike but where an optimizer that divides by a mean of its gradients makes a step of what is a rounding: there a slot is
 * next to nothing beside its largest number, and the values are off by no more than two steps.
 *
 * @param slots What is assigned besides, of the same shape, and alike to the last.
 */
export function agreeButForNoise(
  a: BackendData,
  b: BackendData,
  before: BackendData,
  { slots, roundings }: { readonly slots: readonly BackendData[]; readonly roundings: number },
): boolean {
  if (a.length !== b.length || slots.length === 0) return false;
  const change = largest(b, (index) => before[index] as number);
  const floors = slots.map((slot) => NOISE * largest(slot, () => 0));
  for (let index = 0; index < b.length; index++) {
    const [x, y] = [a[index] as number, b[index] as number];
    if (isNear(x, y, TOLERANCE * change, roundings)) continue;
    const isNoise = slots.some((slot, at) => Math.abs(slot[index] as number) <= (floors[at] as number));
    if (!isNoise || !(Math.abs(x - y) <= 2 * change)) return false;
  }
  return true;
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
    if (!isFloat || !isNear(x, y, allowed, roundings)) return false;
  }
  return true;
}

function isNear(x: number, y: number, allowed: number, roundings: number): boolean {
  return x === y || (Number.isFinite(y) && Math.abs(x - y) <= allowed + roundings * ROUNDING * Math.abs(y));
}
