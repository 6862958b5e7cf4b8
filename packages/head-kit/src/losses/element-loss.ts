import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * A loss per logit in closed form, written twice: for one logit in doubles, and composed of tfjs-core
 * ops for any backend. Derivatives are with respect to the logit. No op needs a registered gradient.
 */
export interface ElementLoss {
  readonly name: string;
  /** Writes the loss, its first and its second derivative into `out[0]`, `out[1]` and `out[2]`. */
  evaluate(logit: number, label: number, out: Float64Array): void;
  /** The loss. Tensors are float32 and of one shape, here and below. */
  value(logits: Tensor, labels: Tensor): Tensor;
  /** The first derivative. */
  derivative(logits: Tensor, labels: Tensor): Tensor;
  /** The second derivative. */
  curvature(logits: Tensor, labels: Tensor): Tensor;
}
