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

/**
 * A loss per logit in closed form, written twice: for one logit in doubles, and composed of tfjs-core
 * ops for any backend. Derivatives are with respect to the logit. No op needs a registered gradient.
 */
export interface ElementLoss {
  readonly name: string;
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
}
