import type { Scaled } from './scaled.js';

/** A loss of one logit `x` and one label `z`, as a formula in doubles. */
export interface Formula {
  loss(x: number, z: number): Scaled;
  /** The derivative of the loss by `x`. */
  derivative(x: number, z: number): Scaled;
  /** What the logit predicts: the inverse link. */
  predict(x: number): Scaled;
}
