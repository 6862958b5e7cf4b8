import type { Tensor } from '@tensorflow/tfjs-core';
import { Reduction } from '@tfjs-heads/head-api';
import type { LabelRange } from '../checks/label-range.js';
import type { HostArray } from '../host-memory.js';
import type { HostBatch } from '../metrics/host-batch.js';

/**
 * A loss whose unit is a row of K logits. Given no more than this, it is computed by {@link LossBase.compose} on every
 * backend; with a walk of its own ({@link ElementLoss}, {@link RowLoss}) it takes one kernel call where the data lie in this
 * process' memory. No op needs a registered gradient.
 */
export interface LossBase {
  readonly name: string;
  /** How many labels a row of k logits has: k, or 1 for the id of a class. Default: k. */
  labelsPerRow?(k: number): number;
  /**
   * How many losses a row of k logits has: k, each of which depends on the logit of its place alone, or 1. A mean over the
   * batch divides by the number of losses, and there may be weights for each logit only where there are k. Default: k.
   */
  lossesPerRow?(k: number): number;
  /**
   * Begins to compute the losses of a batch by ops of tfjs-core; what they share with their gradient is computed once. It
   * runs inside of a kernel: nothing is on a tape, and what is not returned is released.
   *
   * @param logits float32, `[D0, .., DN, K]`.
   * @param labels float32, `[D0, .., DN, labelsPerRow(K)]`.
   */
  compose(logits: Tensor, labels: Tensor): ComposedLoss;
}

/** What {@link LossBase.compose} gives. `losses` may be a getter, for whoever asks for the gradient alone. */
export interface ComposedLoss {
  /** float32, `[D0, .., DN, lossesPerRow(K)]`. */
  readonly losses: Tensor;
  /** The derivative of the losses by each logit, in the logits' shape. Weights come after. */
  gradient(): Tensor;
  /**
   * Both times the shares of weights, which broadcast, where that is one program: 0 for a share of 0, and with no number in a
   * padding of packed webgl. Default: they are multiplied.
   */
  readonly weighted?: { losses(shares: Tensor): Tensor; gradient(shares: Tensor): Tensor };
  /** The matrix of second derivatives of each row times a vector for each row; both in the logits' shape. */
  hessianTimes(vector: Tensor): Tensor;
}

/**
 * Where a loop over the memory is taken for large batches, too: `always`, for the composed form has fewer digits, or on
 * `one-core`, for it takes so many kernels that they are faster on several cores alone. Default: nowhere.
 */
export type WalkPreference = 'always' | 'one-core';

/** A loss of each logit by itself, in closed form: written for one logit in doubles, and composed of ops for any backend. */
export interface ElementLoss extends LossBase {
  readonly prefersWalk?: WalkPreference;
  /**
   * The whole walk at once, to the bit what it comes to logit by logit: the sum of loss times weight, and the gradient; undefined
   * where that cannot be had. Weights are one for each row of k. Default: logit by logit.
   */
  readonly walk?: (walk: Walk) => number | undefined;
  /**
   * Computes the terms of `logits[index]` and `labels[index]` into `out`. It is handed the arrays
   * because a number handed to a function that is not inlined costs an allocation.
   */
  evaluate(logits: ArrayLike<number>, labels: ArrayLike<number>, index: number, out: LossTerms): void;
  /**
   * The losses of the `logits` and `labels` of a batch, for metrics, which may have a part of them already where they ask for
   * predictions as well. Default: by {@link evaluate}.
   */
  lossesOf?(batch: HostBatch): Float64Array;
}

/** A loss of each row of k logits, in closed form: written for one row in doubles, and composed of ops for any backend. */
export interface RowLoss extends LossBase {
  readonly prefersWalk?: WalkPreference;
  /** The whole walk at once, as of an {@link ElementLoss}. */
  readonly walk?: (walk: Walk) => number | undefined;
  /** The loss of each logit of which that of a row is the mean: it is walked over instead, which is faster. Default: none. */
  readonly meanOf?: ElementLoss;
  /**
   * Computes losses and gradient of a row into `out`: its logits are from `logits[row * k]` on, its labels from
   * `labels[row * labelsPerRow(k)]` on.
   */
  evaluateRow(logits: ArrayLike<number>, labels: ArrayLike<number>, row: number, k: number, out: RowTerms): void;
}

/** What a walk goes over. */
export interface Walk {
  readonly logits: HostArray;
  readonly labels: HostArray;
  /** One for each k logits; 1 each where there are none. */
  readonly weights: HostArray | undefined;
  /** Where the gradient goes, if it is asked for. */
  readonly gradient: HostArray | undefined;
  readonly k: number;
  /** What the gradient is multiplied by. */
  readonly factor: number;
  /** Where the loss of each logit goes, if it is asked for, and what it is made of: `exp(-|x|)`. A walk need not know of it. */
  readonly each?: { readonly losses: Float64Array; readonly decays: Float64Array };
}

/** Any of the three. */
export type Loss = LossBase | ElementLoss | RowLoss;

/** The loss of one logit, and its derivatives with respect to the logit. */
export interface LossTerms {
  loss: number;
  derivative: number;
  /** The second derivative. */
  curvature: number;
}

/** The losses of one row, and their derivatives with respect to each logit. */
export interface RowTerms {
  readonly losses: Float64Array;
  readonly gradient: Float64Array;
}

export const isElementLoss = (loss: Loss): loss is ElementLoss => 'evaluate' in loss;
export const isRowLoss = (loss: Loss): loss is RowLoss => 'evaluateRow' in loss;

/** Terms for {@link ElementLoss.evaluate} to fill. Not whole numbers, so that the engine keeps doubles there. */
export function lossTerms(): LossTerms {
  return { loss: 0.5, derivative: 0.5, curvature: 0.5 };
}

/** Terms for {@link RowLoss.evaluateRow} to fill. */
export function rowTerms(loss: RowLoss, k: number): RowTerms {
  return { losses: new Float64Array(lossesPerRow(loss, k)), gradient: new Float64Array(k) };
}

/** From here on, what is rounded to float32 is infinite. */
const OVERFLOW = 2 ** 128 - 2 ** 103;

/**
 * A number in doubles as it is, but infinite where it is so in float32: what overflows there does so on every backend.
 * What is small keeps its digits, since a weight may make it large.
 */
export function inRange(value: number): number {
  return Math.abs(value) < OVERFLOW ? value : Math.fround(value);
}

/** What a weighted loss is computed from. Shapes have been checked; dtypes may be any numeric ones. */
export interface LossTensors {
  /** float32, `[D0, .., DN, K]`. */
  readonly logits: Tensor;
  /** As many elements as the loss has labels. None when the logits are losses already. */
  readonly labels?: Tensor;
  /** One for each row of K or, where each logit has its own loss, as many elements as the logits. */
  readonly weights?: Tensor;
  /** A bool scalar; where it is false the loss is NaN and the gradient 0. */
  readonly valid?: Tensor;
}

/** What computes a loss: a loop over the backend's memory, or the backend's own kernels. */
export type LossForm = 'host' | 'composed';

/** What a weighted loss is, apart from its tensors. */
export interface LossAttributes {
  readonly loss: Loss;
  /** The sum of loss times weight is divided by this: see {@link divisorOf}. */
  readonly divisor: number;
  /** Which values the labels may have, to be looked at where they lie in this process' memory. Default: any. */
  readonly labelRange?: LabelRange | undefined;
  /** Default: the faster one. `host` is the same as `composed` where the data lie elsewhere or the loss has no walk. */
  readonly form?: LossForm | undefined;
}

/** How many labels a row of k logits has. */
export function labelsPerRow(loss: Pick<LossBase, 'labelsPerRow'>, k: number): number {
  return loss.labelsPerRow?.(k) ?? k;
}

/** How many losses a row of k logits has. */
export function lossesPerRow(loss: Pick<LossBase, 'lossesPerRow'>, k: number): number {
  return loss.lossesPerRow?.(k) ?? k;
}

/** How many logits a row has, and how many rows there are. */
export function rowsOf({ shape, size }: Pick<Tensor, 'shape' | 'size'>): { readonly k: number; readonly rows: number } {
  const k = shape.at(-1) ?? 1;
  return { k, rows: size / k };
}

/** By what the sum of loss times weight is divided: the number of losses, or nothing. */
export function divisorOf(reduction: Reduction, loss: Pick<LossBase, 'lossesPerRow'>, logits: Tensor): number {
  if (reduction === Reduction.SUM) return 1;
  const { k, rows } = rowsOf(logits);
  return rows * lossesPerRow(loss, k);
}
