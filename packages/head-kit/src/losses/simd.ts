import type { HostArray } from '../host-memory.js';
import { madeOf } from '../instantiate.js';
import { inRange, type Walk } from './loss.js';
import { AT, BYTES, LOGITS } from './simd-module.js';

// The walks of the losses of classes in WebAssembly, which computes two logits at a time: about twice as fast, and the same to
// the bit, so that it does not matter where it is not to be had.

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  logistic(count: number, factor: number, sum: number): number;
  softmax(rows: number, k: number, factor: number): void;
}

interface Kernels extends Exports {
  readonly floats: Readonly<Record<'logits' | 'labels' | 'weights' | 'gradient', Float32Array>>;
  readonly rows: Float64Array;
  readonly powers: Float64Array;
}

/** Below so many logits a loop is faster than copying them there. */
const WORTH_COPYING = 64;

/** How many logits are copied at a time: few enough for the nearest cache; of 4 kB on, some processors copy 20 times slower by chance of place. */
const BLOCK = 1000;

const compiled: () => Kernels | undefined = /*#__PURE__*/ madeOf(BYTES, (exports: Exports) => {
  const { buffer } = exports.memory;
  const floats = (from: number): Float32Array => new Float32Array(buffer, from, LOGITS + 1);
  return {
    ...exports,
    floats: {
      logits: floats(AT.logits),
      labels: floats(AT.labels),
      weights: floats(AT.weights),
      gradient: floats(AT.gradient),
    },
    rows: new Float64Array(buffer, AT.rows, 2 * LOGITS),
    powers: new Float64Array(buffer, AT.powers, LOGITS),
  };
});

/**
 * The sum of the logistic losses times their weights.
 *
 * @returns Undefined where there is no such walk, or no use in it.
 */
export function logisticWalk({ logits, labels, weights, gradient, k, factor, each }: Walk): number | undefined {
  const own = logits.length < WORTH_COPYING ? undefined : compiled();
  if (own === undefined) return undefined;
  const { floats } = own;
  if (weights === undefined) floats.weights.fill(1, 0, logits.length);
  let sum = 0;
  for (let from = 0; from < logits.length; from += BLOCK) {
    const to = Math.min(from + BLOCK, logits.length);
    const count = to - from;
    floats.logits.set(logits.subarray(from, to));
    floats.labels.set(labels.subarray(from, to));
    if (weights !== undefined) {
      if (k === 1) floats.weights.set(weights.subarray(from, to));
      else spread(weights, k, from, floats.weights, count);
    }
    if (count % 2 === 1) floats.weights[count] = 0;
    sum = own.logistic(count, factor, sum);
    gradient?.set(floats.gradient.subarray(0, count), from);
    each?.losses.set(own.rows.subarray(0, count), from);
    each?.decays.set(own.powers.subarray(0, count), from);
  }
  return sum;
}

/** The weight of the row for each logit from one on. */
function spread(weights: HostArray, k: number, from: number, into: Float32Array, count: number): void {
  let row = Math.floor(from / k);
  for (let i = 0, end = (row + 1) * k - from; i < count; end += k, row++) {
    const weight = weights[row] as number;
    for (const last = Math.min(end, count); i < last; i++) into[i] = weight;
  }
}

/**
 * The sum of the softmax losses of the rows times their weights; labels are ids.
 *
 * @returns Undefined where there is no such walk: without WebAssembly, for few logits, for rows too long, and for labels that are no ids.
 */
export function softmaxWalk({ logits, labels, weights, gradient, k, factor }: Walk): number | undefined {
  const isWorthIt = k <= LOGITS && logits.length >= WORTH_COPYING && areIds(labels, k);
  const own = isWorthIt ? compiled() : undefined;
  if (own === undefined) return undefined;
  const { floats, rows: ofRows } = own;
  if (weights === undefined) floats.weights.fill(1, 0, labels.length);
  const block = Math.max(1, Math.floor(BLOCK / k));
  let sum = 0;
  for (let from = 0; from < labels.length; from += block) {
    const rows = Math.min(block, labels.length - from);
    floats.logits.set(logits.subarray(from * k, (from + rows) * k));
    floats.labels.set(labels.subarray(from, from + rows));
    if (weights !== undefined) floats.weights.set(weights.subarray(from, from + rows));
    own.softmax(rows, k, factor);
    for (let row = 0; row < rows; row++) {
      const weight = floats.weights[row] as number;
      if (weight === 0) continue;
      const loss = Math.log1p(ofRows[2 * row] as number) + (ofRows[2 * row + 1] as number);
      sum += inRange(loss) * weight;
    }
    gradient?.set(floats.gradient.subarray(0, rows * k), from * k);
  }
  return sum;
}

/** Whether labels are ids: they are places in memory there. */
function areIds(labels: HostArray, k: number): boolean {
  for (let i = 0; i < labels.length; i++) {
    const id = labels[i] as number;
    if (!(id >= 0 && id < k && Number.isInteger(id))) return false;
  }
  return true;
}
