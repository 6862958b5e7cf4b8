import type { HostTensor, HostTensors } from '../read-tensors.js';
import type { Accumulator, RowSums } from './accumulator.js';
import { ExactSums } from './exact-sums.js';
import { AT, BYTES, ROWS, SLOTS } from './logistic-module.js';

// The sums of a batch of two classes in WebAssembly: nearly four times as fast as the loops of the accumulators one by one, and as exact, so that it does not matter
// where it is not to be had.

/** What an accumulator sums up of `logits`, `labels` and `weights`, for {@link logisticSums}. */
export type LogisticPart =
  /** `mean(..)` of the logistic losses, the probabilities or the labels. */
  | { readonly meanOf: 'losses' | 'logistic' | 'labels' }
  /** `confusion(threshold)` of logits or probabilities. */
  | { readonly threshold: number; readonly of: 'logits' | 'logistic' }
  /** `buckets({ numThresholds })` of the probabilities. */
  | { readonly numThresholds: number };

type Part = readonly [Accumulator, LogisticPart];

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  range(count: number): void;
  losses(count: number): void;
  sums(count: number, lossGrid: number, grid: number, magic: number): number;
  finerSums: Exports['sums'];
  cells(count: number, threshold: number, ofLogits: number, slot: number): void;
  buckets(count: number, buckets: number, slot: number): void;
  take(slots: number, unit: number): number;
}

interface Kernels extends Exports {
  readonly inputs: readonly [logits: Float32Array, labels: Float32Array, weights: Float32Array];
  readonly ends: Float32Array;
  readonly products: Readonly<Record<'losses' | 'logistic' | 'labels', Float64Array>>;
  readonly high: Float64Array;
  readonly low: Float64Array;
}

/** Fewer rows are left to the loops, which hardly count beside what any batch costs. */
const FEWEST = 16;
/** How many numbers are copied at a time: see `losses/simd.ts`. */
const COPIED = 1000;
/** So that neither a product nor the finest grid leaves the doubles. */
const LARGEST = 2 ** 400;
/** Times a bound of the terms, where the coarsest grid is to be: see `addProducts` of `exact-sums.ts`. */
const GRID = 0.75 * 2 ** 10;
/** The sums of a `confusion` but for that of all weights, which is the first slot. */
const CELLS = 4;

let kernels: Kernels | 'none' | undefined;

/** Compiled when it is first asked for; not there without SIMD, or where the policy of a page forbids it. */
function compiled(): Kernels | undefined {
  kernels ??= compile() ?? 'none';
  return kernels === 'none' ? undefined : kernels;
}

function compile(): Kernels | undefined {
  try {
    const module = new WebAssembly.Module(Uint8Array.from(atob(BYTES), (letter) => letter.charCodeAt(0)));
    const exports = new WebAssembly.Instance(module).exports as unknown as Exports;
    const { buffer } = exports.memory;
    const floats = (from: number): Float32Array => new Float32Array(buffer, from, ROWS);
    const products = (index: number): Float64Array => new Float64Array(buffer, AT.ends + 48 * index, 6);
    return {
      ...exports,
      inputs: [floats(AT.logits), floats(AT.labels), floats(AT.weights)],
      ends: new Float32Array(buffer, AT.ends, 12),
      products: { losses: products(0), logistic: products(1), labels: products(2) },
      high: new Float64Array(buffer, AT.high, SLOTS),
      low: new Float64Array(buffer, AT.low, SLOTS),
    };
  } catch {
    return undefined;
  }
}

/**
 * What a batch adds to accumulators, in one walk, to the bit what it adds to them one by one.
 *
 * ```ts
 * const parts = new Map<Accumulator, LogisticPart>([[buckets(), { numThresholds: 200 }]]);
 * class CurveHead extends BaseHead {
 *   protected override readonly sumsTogether: SumsTogether = (read, asked) => logisticSums(parts, asked, read);
 * ```
 *
 * @param all What accumulators sum up.
 * @param asked Which accumulators are asked for, by their ids; others may be among them.
 * @param read `logits` and `labels`, as many, and `weights`, as many, if there are any.
 * @returns Undefined where there is no such walk, or no use in it: without WebAssembly, for few rows, for numbers that are not finite or are of too different sizes.
 */
export function logisticSums(
  all: ReadonlyMap<Accumulator, LogisticPart>,
  asked: ReadonlyMap<string, Accumulator>,
  { logits, labels, weights }: HostTensors,
): ReadonlyMap<Accumulator, RowSums> | undefined {
  const given = [logits, labels, weights].map((tensor) => floatsOf(tensor));
  const count = given[0]?.length ?? 0;
  const areAlike = given.every((values, index) => values?.length === count || (index === 2 && weights === undefined));
  if (count < FEWEST || !areAlike) return undefined;
  const parts = [...all].filter(([accumulator]) => asked.get(accumulator.id) === accumulator);
  if (!parts.some(([, part]) => isOfLogistic(part)) || slotsOf(parts) > SLOTS) return undefined;
  const own = compiled();
  if (own === undefined) return undefined;
  const sums = new Map<Accumulator, RowSums>();
  for (let from = 0; from < count; from += ROWS) {
    const end = Math.min(from + ROWS, count);
    const rounded = (end - from + 3) & ~3; // what is above weighs nothing
    own.inputs.forEach((input, index) => copy(input, given[index], from, end, rounded));
    if (!addBlock(own, rounded, parts, sums, logits?.shape[0] as number)) return undefined;
  }
  return sums;
}

/** Copies numbers to the begin of an input, 1 each where there are none, and clears the places after them up to another. */
function copy(
  input: Float32Array,
  values: Float32Array | Uint8Array | undefined,
  from: number,
  end: number,
  rounded: number,
): void {
  if (values === undefined) input.fill(1, 0, end - from);
  else for (let i = from; i < end; i += COPIED) input.set(values.subarray(i, Math.min(i + COPIED, end)), i - from);
  if (rounded !== end - from) input.fill(0, end - from, rounded);
}

/** Adds the block that lies in memory; false where not all of it can be added. */
function addBlock(
  own: Kernels,
  count: number,
  parts: readonly Part[],
  sums: Map<Accumulator, RowSums>,
  rows: number,
): boolean {
  own.range(count);
  const [logit, label, weight] = [largest(own, 0), largest(own, 4), largest(own, 8)];
  const bound = powerAbove((Math.max(logit, 1) * (1 + label) + 1) * weight);
  if (!(bound < LARGEST && bound > 1 / LARGEST)) return false;
  own.losses(count);
  // Weights are whole numbers below 2^51 in this unit, of which a sum has at most 2^62.
  const unit = powerAbove(weight) * 2 ** -51;
  const [lossGrid, grid, magic] = [GRID * bound, GRID * powerAbove(Math.max(label, 1) * weight), 1.5 * 2 ** 52 * unit];
  const areCoarse = own.sums(count, lossGrid, grid, magic) === 0;
  if (!areCoarse && own.finerSums(count, lossGrid, grid, magic) !== 0) return false;
  const terms = areCoarse ? 4 : 6;
  let slots = 1;
  for (const [, part] of parts) {
    if ('threshold' in part) own.cells(count, part.threshold, Number(part.of === 'logits'), slots);
    else if ('numThresholds' in part) own.buckets(count, part.numThresholds - 1, slots);
    slots += slotsFor(part);
  }
  const totals = own.take(slots, unit) === 0 ? [own.high] : [own.high, own.low];
  let slot = 1;
  for (const [accumulator, part] of parts) {
    const before = sums.get(accumulator)?.sums;
    const added =
      before ??
      new ExactSums('numThresholds' in part ? own.high.slice(slot, slot + accumulator.size) : accumulator.size);
    if (before === undefined) sums.set(accumulator, { rows, sums: added });
    if ('meanOf' in part) {
      const products = own.products[part.meanOf];
      for (let i = 0; i < terms; i++) added.add(0, products[i] as number);
    }
    for (const of of totals) {
      if ('meanOf' in part) added.add(1, of[0] as number);
      else if ('threshold' in part) {
        added.add(0, of[slot] as number);
        added.add(1, of[0] as number);
        for (let i = 1; i < CELLS; i++) added.add(1 + i, of[slot + i] as number);
      } else if (before !== undefined || of === own.low) added.addEach(of.subarray(slot, slot + accumulator.size));
    }
    slot += slotsFor(part);
  }
  return true;
}

function slotsFor(part: LogisticPart): number {
  return 'meanOf' in part ? 0 : 'threshold' in part ? CELLS : 2 * (part.numThresholds - 1);
}

function slotsOf(parts: readonly Part[]): number {
  return parts.reduce((slots, [, part]) => slots + slotsFor(part), 1);
}

/** Others are as fast one by one. */
function isOfLogistic(part: LogisticPart): boolean {
  return 'meanOf' in part ? part.meanOf !== 'labels' : !('of' in part) || part.of === 'logistic';
}

/** The numbers that float32 has; bytes are what was bool. */
function floatsOf(tensor: HostTensor | undefined): Float32Array | Uint8Array | undefined {
  const values = tensor?.values;
  return values instanceof Float32Array || values instanceof Uint8Array ? values : undefined;
}

function largest({ ends }: Kernels, at: number): number {
  return Math.max(ends[at] as number, ends[at + 1] as number, ends[at + 2] as number, ends[at + 3] as number);
}

/** A power of two above a number, and below four times the number. */
function powerAbove(value: number): number {
  return 2 ** (Math.floor(Math.log2(value)) + 2);
}
