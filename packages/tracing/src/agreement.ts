import { sameNumbers } from './compare.js';
import type { BackendData } from './engine.js';

/** How far a number may be from that of the kernels, by the largest number of the tensor. */
const TOLERANCE = 1e-5;
/** Below which share of the largest number of a slot a gradient's roundings show in a step. */
const NOISE = 1e-2;
/** Half of the distance between two neighbours of float32 at 1: what a sum of another order is off by. */
const ROUNDING = 2 ** -23;
/** Of a number that hardly changes, such as a mean of many steps: 16 units of float32. */
const ROUNDINGS = 8;

/**
 * Whether two results are alike: numbers within 1e-5 of the largest one, anything but floats to the bit.
 *
 * @param noise What they may be off by besides.
 */
export function agree(a: BackendData, b: BackendData, noise = 0): boolean {
  return areSame(a, b) || isWithin(a, b, noise + TOLERANCE * largest(b, () => 0));
}

/** A variable that two ways to take a step have changed. */
export interface Change {
  readonly shape: readonly number[];
  readonly before: BackendData;
  /** By the way that has to agree. */
  readonly ours: BackendData;
  /** By the kernels. */
  readonly now: BackendData;
  /** What it may be off by besides. Default: nothing. */
  readonly noise?: number | undefined;
}

/**
 * Which variable gets another value, by its index; -1 where all are alike: within 1e-5 of the largest change of the variable, and some roundings; or, where an optimizer
 * that divides by a mean of its gradients makes a step of what is a rounding, within two steps.
 */
export function unlikeVariable(changes: readonly Change[]): number {
  return changes.findIndex((change) => {
    if (isAlike(change)) return false;
    // What is assigned beside a variable of its shape, and alike: slots of its optimizer.
    const slots = changes.filter(
      (other) => other !== change && other.shape.join() === change.shape.join() && isAlike(other),
    );
    return !isAlikeButForNoise(
      change,
      slots.map(({ now }) => now),
    );
  });
}

function isAlike({ ours, now, before, noise = 0 }: Change): boolean {
  return (
    areSame(ours, now) ||
    isWithin(ours, now, noise + TOLERANCE * largest(now, (index) => before[index] as number), ROUNDINGS)
  );
}

/** Alike but where a slot is next to nothing beside its largest number. */
function isAlikeButForNoise({ ours, now, before, noise = 0 }: Change, slots: readonly BackendData[]): boolean {
  if (ours.length !== now.length || slots.length === 0) return false;
  const change = largest(now, (index) => before[index] as number);
  const floors = slots.map((slot) => NOISE * largest(slot, () => 0));
  for (let index = 0; index < now.length; index++) {
    const [x, y] = [ours[index] as number, now[index] as number];
    if (isNear(x, y, noise + TOLERANCE * change, ROUNDINGS)) continue;
    const isNoise = slots.some((slot, at) => Math.abs(slot[index] as number) <= (floors[at] as number));
    if (!isNoise || !(Math.abs(x - y) <= 2 * change)) return false;
  }
  return true;
}

/** As nearly always, and found faster. */
function areSame(a: BackendData, b: BackendData): boolean {
  return sameNumbers(a as Float32Array, b as Float32Array);
}

/** The largest finite distance of numbers from others. */
export function largest(values: BackendData, from: (index: number) => number): number {
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
