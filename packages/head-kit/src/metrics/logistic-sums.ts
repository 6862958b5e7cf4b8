import { bySimd } from '../by-simd.js';
import { madeOf } from '../instantiate.js';
import type { HostTensor, HostTensors } from '../read-tensors.js';
import type { Accumulator, RowSums } from './accumulator.js';
import { ExactSums, LARGEST as LARGEST_TERM } from './exact-sums.js';
import { AT, BYTES, ROWS, SLOTS } from './logistic-module.js';
import { borrowCopy, giveBack } from './room.js';

// The sums of a batch of two classes in WebAssembly: about four times as fast as the loops of the accumulators one by one, and as exact, so that it does not matter
// where it is not to be had.

/** What an accumulator sums up of `logits`, `labels` and `weights`, for {@link logisticSums}. */
export type LogisticPart =
  /** `mean(..)` of the logistic losses, the probabilities or the labels. */
  | { readonly meanOf: 'losses' | 'logistic' | 'labels' }
  /** `confusion(threshold)` of logits or probabilities. */
  | { readonly threshold: number; readonly of: 'logits' | 'logistic' }
  /** `buckets({ numThresholds })` of the probabilities. */
  | { readonly numThresholds: number };

/** What accumulators sum up, which is not to be changed. */
type Parts = ReadonlyMap<Accumulator, LogisticPart>;
type Numbers = Float32Array | Uint8Array;

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  range(count: number): void;
  walk(count: number, lossMagic: number, probabilityMagic: number, magic: number): void;
  walkOfOnes: Exports['walk'];
  losses(count: number): void;
  sums(count: number, lossGrid: number, grid: number, magic: number): number;
  finerSums: Exports['sums'];
  cells(count: number, threshold: number, ofLogits: number, slot: number): void;
  buckets(count: number, buckets: number, slot: number): void;
  bucketsOfOnes: Exports['buckets'];
  take(slots: number, unit: number): number;
  takeCounts(slots: number): void;
  within(count: number, min: number, max: number): number;
  addEach(count: number, largest: number): number;
}

interface Kernels extends Exports {
  readonly inputs: readonly [logits: Float32Array, labels: Float32Array, weights: Float32Array];
  /** What `range` has found, four of each. */
  readonly ends: Float32Array;
  readonly endBits: Uint32Array;
  readonly products: Readonly<Record<'losses' | 'logistic' | 'labels', Float64Array>>;
  readonly high: Float64Array;
  readonly low: Float64Array;
}

/** What an accumulator sums up, and where its sums of weights are. */
interface Part {
  readonly accumulator: Accumulator;
  readonly of: LogisticPart;
  /** The first of its slots. */
  readonly slot: number;
  readonly high: Float64Array;
  readonly low: Float64Array;
}

/** What is done for the accumulators that are asked for. */
interface Plan {
  readonly asked: ReadonlyMap<string, Accumulator>;
  readonly parts: readonly Part[];
  readonly slots: number;
  /** Whether there is a confusion of anything but whether logits are above 0, which every walk counts. */
  readonly hasCells: boolean;
}

/** Fewer rows are left to the loops, which hardly count beside what any batch costs. */
const FEWEST = 16;
/** Below so many numbers a loop is faster than copying them there. */
const WORTH_COPYING = 64;
/** So that neither a product nor the finest grid leaves the doubles. */
const LARGEST = 2 ** 400;
/** Times a bound of the terms, where the coarsest grid is to be: see `addProducts` of `exact-sums.ts`. */
const GRID = 0.75 * 2 ** 10;
/** This times a unit plus a number has the number, in whole units, in its last bits, if that is below {@link WHOLE}. */
const MAGIC = 1.5 * 2 ** 52;
const WHOLE = 2 ** 51;
/** The first slots are the sums of all weights and of those of labels of 1, the next ones of {@link CELLS} of logits above 0. */
const LABELS = 1;
const SIGNS = 2;
/** The sums of a `confusion` but for that of all weights. */
const CELLS = 4;

const compiled: () => Kernels | undefined = /*#__PURE__*/ madeOf(BYTES, (exports: Exports) => {
  const { buffer } = exports.memory;
  const floats = (from: number): Float32Array => new Float32Array(buffer, from, ROWS);
  const products = (index: number): Float64Array => new Float64Array(buffer, AT.ends + 48 * index, 6);
  const own: Kernels = {
    ...exports,
    inputs: [floats(AT.logits), floats(AT.labels), floats(AT.weights)],
    ends: new Float32Array(buffer, AT.ends, 20),
    endBits: new Uint32Array(buffer, AT.ends, 20),
    products: { losses: products(0), logistic: products(1), labels: products(2) },
    high: new Float64Array(buffer, AT.high, SLOTS),
    low: new Float64Array(buffer, AT.low, SLOTS),
  };
  const [level, terms] = [new Float64Array(buffer, AT.sums, SLOTS), new Float64Array(buffer, AT.terms, SLOTS)];
  const none = new Float64Array();
  let views = [none, none] as readonly [sums: Float64Array, rests: Float64Array];
  bySimd.addEach = (into, added) => {
    const count = added.length;
    if (count < WORTH_COPYING || count > SLOTS || into.length !== count) return undefined;
    level.set(into);
    terms.set(added);
    if (count % 2 === 1) level[count] = terms[count] = 0;
    const left = own.addEach(count, LARGEST_TERM);
    if (left > 1) return undefined;
    if (views[0].length !== count) views = [level.subarray(0, count), terms.subarray(0, count)];
    into.set(views[0]);
    return left === 0 ? none : views[1];
  };
  bySimd.areWithin = (values, min, max) => {
    const count = values.length;
    if (!(values instanceof Float32Array) || count < WORTH_COPYING || count > ROWS) return undefined;
    if (Math.fround(min) !== min || Math.fround(max) !== max) return undefined;
    const rounded = (count + 3) & ~3;
    copy(own.inputs[1], values, 0, count, count);
    if (rounded !== count) own.inputs[1].fill(min, count, rounded);
    return own.within(rounded, min, max) !== 0;
  };
  return own;
});

/**
 * What a batch adds to accumulators, in one walk, to the bit what it adds to them one by one.
 *
 * ```ts
 * const parts = new Map<Accumulator, LogisticPart>([[buckets(), { numThresholds: 200 }]]);
 * class CurveHead extends BaseHead {
 *   protected override readonly sumsTogether: SumsTogether = (read, asked) => logisticSums(parts, asked, read);
 * ```
 *
 * @param all What accumulators sum up. A plan is made of these maps once, so nothing of them may be changed.
 * @param asked Which accumulators are asked for, by their ids; others may be among them.
 * @param read `logits` and `labels`, as many, and `weights`, as many, if there are any.
 * @returns Undefined where there is no such walk, or no use in it: without WebAssembly, for few rows, for numbers that are not finite or are of too different sizes.
 */
export function logisticSums(
  all: Parts,
  asked: ReadonlyMap<string, Accumulator>,
  { logits, labels, weights }: HostTensors,
): ReadonlyMap<Accumulator, RowSums> | undefined {
  const [x, y, w] = [floatsOf(logits), floatsOf(labels), floatsOf(weights)];
  const count = x?.length ?? 0;
  if (x === undefined || count < FEWEST || y?.length !== count) return undefined;
  if (weights !== undefined && w?.length !== count) return undefined;
  const own = compiled();
  if (own === undefined) return undefined;
  const plan = planOf(all, asked, own);
  if (plan.slots > SLOTS) return undefined;
  const sums = new Map<Accumulator, RowSums>();
  for (let from = 0; from < count; from += ROWS) {
    const end = Math.min(from + ROWS, count);
    const rounded = (end - from + 3) & ~3; // what is above weighs nothing
    const areOnes = w === undefined && rounded === end - from;
    copy(own.inputs[0], x, from, end, rounded);
    copy(own.inputs[1], y, from, end, rounded);
    if (!areOnes) copy(own.inputs[2], w, from, end, rounded);
    if (!addBlock(own, rounded, areOnes, plan, sums, logits?.shape[0] as number)) return undefined;
  }
  return sums;
}

const plans = new WeakMap<Parts, Plan>();

function planOf(all: Parts, asked: ReadonlyMap<string, Accumulator>, own: Kernels): Plan {
  let plan = plans.get(all);
  if (plan?.asked !== asked) plans.set(all, (plan = newPlan(all, asked, own)));
  return plan;
}

function newPlan(all: Parts, asked: ReadonlyMap<string, Accumulator>, { high, low }: Kernels): Plan {
  const parts: Part[] = [];
  let slots = SIGNS + CELLS;
  for (const [accumulator, part] of all) {
    if (asked.get(accumulator.id) !== accumulator) continue;
    const slot = isOfSigns(part) ? SIGNS : slots;
    const view = (sums: Float64Array): Float64Array => sums.subarray(slot, slot + accumulator.size);
    parts.push({ accumulator, of: part, slot, high: view(high), low: view(low) });
    if ('numThresholds' in part) slots += accumulator.size;
    else if ('threshold' in part && !isOfSigns(part)) slots += CELLS;
  }
  return {
    asked,
    parts,
    // Others than those of losses and probabilities are as fast one by one.
    slots: parts.some(({ of }) => isOfLogistic(of)) ? slots : Infinity,
    hasCells: parts.some(({ of }) => 'threshold' in of && !isOfSigns(of)),
  };
}

function isOfSigns(part: LogisticPart): boolean {
  return 'threshold' in part && part.threshold === 0 && part.of === 'logits';
}

function isOfLogistic(part: LogisticPart): boolean {
  return 'meanOf' in part ? part.meanOf !== 'labels' : !('of' in part) || part.of === 'logistic';
}

/** Copies numbers to the begin of an input, 1 each where there are none, and clears the places after them up to another. */
function copy(input: Float32Array, values: Numbers | undefined, from: number, end: number, rounded: number): void {
  if (values === undefined) input.fill(1, 0, end - from);
  else input.set(values.length === end - from ? values : values.subarray(from, end));
  if (rounded !== end - from) input.fill(0, end - from, rounded);
}

/** Adds the block that lies in memory; false where not all of it can be added. */
function addBlock(
  own: Kernels,
  count: number,
  areOnes: boolean,
  { parts, slots, hasCells }: Plan,
  sums: Map<Accumulator, RowSums>,
  rows: number,
): boolean {
  own.range(count);
  const [logit, label, weight] = [largest(own, 0), largest(own, 4), areOnes ? 1 : largest(own, 8)];
  const bound = powerAbove((Math.max(logit, 1) * (1 + label) + 1) * weight);
  if (!(bound < LARGEST && bound > 1 / LARGEST)) return false;
  const weightBound = powerAbove(weight);
  const isPlain = areHard(own) && arePlain(logit, areOnes ? 1 : smallestWeight(own), bound, weightBound);
  const areCounts = areOnes && isPlain && !hasCells;
  if (areOnes && !areCounts) own.inputs[2].fill(1, 0, count);
  // Weights are whole numbers in this unit, of which a sum has at most 2^62.
  const unit = areCounts ? 1 : weightBound / WHOLE;
  let terms = 4;
  if (isPlain) {
    const walk = areCounts ? own.walkOfOnes : own.walk;
    walk(count, (MAGIC / WHOLE) * bound, (MAGIC / WHOLE) * weightBound, MAGIC * unit);
  } else {
    own.losses(count);
    const [lossGrid, grid] = [GRID * bound, GRID * powerAbove(Math.max(label, 1) * weight)];
    if (own.sums(count, lossGrid, grid, MAGIC * unit) !== 0) {
      if (own.finerSums(count, lossGrid, grid, MAGIC * unit) !== 0) return false;
      terms = 6;
    }
  }
  const addBuckets = areCounts ? own.bucketsOfOnes : own.buckets;
  for (const { of, slot } of parts) {
    if ('numThresholds' in of) addBuckets(count, of.numThresholds - 1, slot);
    else if ('threshold' in of && !(isPlain && slot === SIGNS))
      own.cells(count, of.threshold, Number(of.of === 'logits'), slot);
  }
  let hasRest = false;
  if (areCounts) own.takeCounts(slots);
  else hasRest = own.take(slots, unit) !== 0;
  for (const part of parts) {
    const { accumulator, of } = part;
    let added = sums.get(accumulator)?.sums;
    const isNew = added === undefined;
    if (added === undefined) {
      const levels = !('numThresholds' in of) ? [] : hasRest ? [part.high, part.low] : [part.high];
      const lent = levels.map((level) => borrowCopy(level) as Float64Array);
      added = new ExactSums(accumulator.size, ...lent);
      sums.set(accumulator, { rows, sums: added, done: () => lent.splice(0).forEach(giveBack) });
    }
    if ('meanOf' in of && !(isPlain && of.meanOf === 'labels')) {
      const products = own.products[of.meanOf];
      for (let i = 0; i < terms; i++) added.add(0, products[i] as number);
    }
    if (isNew && 'numThresholds' in of) continue;
    addSlots(added, own.high, part.high, of, isPlain);
    if (hasRest) addSlots(added, own.low, part.low, of, isPlain);
  }
  return true;
}

/** Adds what slots have come to: all of them, and an accumulator's own. */
function addSlots(added: ExactSums, all: Float64Array, own: Float64Array, of: LogisticPart, isPlain: boolean): void {
  if ('numThresholds' in of) added.addEach(own);
  else if ('meanOf' in of) {
    if (isPlain && of.meanOf === 'labels') added.add(0, all[LABELS] as number);
    added.add(1, all[0] as number);
  } else {
    added.add(0, own[0] as number);
    added.add(1, all[0] as number);
    for (let i = 1; i < CELLS; i++) added.add(1 + i, own[i] as number);
  }
}

/** The numbers that float32 has; bytes are what was bool. */
function floatsOf(tensor: HostTensor | undefined): Numbers | undefined {
  const values = tensor?.values;
  return values instanceof Float32Array || values instanceof Uint8Array ? values : undefined;
}

function largest({ ends }: Kernels, at: number): number {
  return Math.max(ends[at] as number, ends[at + 1] as number, ends[at + 2] as number, ends[at + 3] as number);
}

/** The smallest weight by size but 0. */
function smallestWeight({ endBits, ends }: Kernels): number {
  let bits = 0xffffffff;
  for (let i = 12; i < 16; i++) bits = Math.min(bits, endBits[i] as number);
  endBits[12] = bits + 1;
  return ends[12] as number;
}

/** Whether each label is 0 or 1. */
function areHard({ endBits }: Kernels): boolean {
  return ((endBits[16] as number) | (endBits[17] as number) | (endBits[18] as number) | (endBits[19] as number)) === 0;
}

/**
 * Whether two grids, of 51 and 52 bits below a bound, take all of each loss and probability times its weight, and one all of each weight. With labels
 * of 0 or 1 none is below half of `exp(-|x|)` of the largest logit, and its last bit is 2^-53 of it at least.
 */
function arePlain(logit: number, least: number, bound: number, weightBound: number): boolean {
  return Math.exp(-logit) * least > 2 ** -48 * bound && least > 2 ** -25 * weightBound;
}

/** A power of two above a number, and below four times the number. */
function powerAbove(value: number): number {
  return 2 ** (Math.floor(Math.log2(value)) + 2);
}
