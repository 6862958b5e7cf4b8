import type { Tensor } from '@tensorflow/tfjs-core';

/** The loss of one logit, and its derivatives with respect to the logit. */
export interface LossTerms {
  loss: number;
  derivative: number;
  /** The second derivative. */
  curvature: number;
}

/** Terms for {@link ElementLoss.evaluate} to fill. Not whole numbers, so that the engine keeps doubles there. */
export function lossTerms(): LossTerms {
  return { loss: 0.5, derivative: 0.5, curvature: 0.5 };
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

/**
 * A loss per logit in closed form, written twice: for one logit in doubles, and composed of tfjs-core
 * ops for any backend. Derivatives are with respect to the logit. No op needs a registered gradient.
 */
export interface ElementLoss {
  readonly name: string;
  /** Whether the composed form has fewer digits, so that it is not taken for its speed. Default: no. */
  readonly hostIsFiner?: boolean;
  /**
   * Computes the terms of `logits[index]` and `labels[index]` into `out`. It is handed the arrays
   * because a number handed to a function that is not inlined costs an allocation.
   */
  evaluate(logits: ArrayLike<number>, labels: ArrayLike<number>, index: number, out: LossTerms): void;
  /** The loss. Tensors are float32 and of one shape, here and below. */
  value(logits: Tensor, labels: Tensor): Tensor;
  /** The first derivative. */
  derivative(logits: Tensor, labels: Tensor): Tensor;
  /** The second derivative. */
  curvature(logits: Tensor, labels: Tensor): Tensor;
  /** Value and first derivative at once, where they have work in common. Default: each by itself. */
  valueAndDerivative?(logits: Tensor, labels: Tensor): readonly [value: Tensor, derivative: Tensor];
}
