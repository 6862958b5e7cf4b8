import { exp, sigmoid, Tensor } from '@tensorflow/tfjs-core';
import { describe, headError } from '@tfjs-heads/head-kit';

/** An inverse link whose formula is known, so that metrics need not read its result from a device. */
export interface KnownLink {
  value(logit: number): number;
  apply(logits: Tensor): Tensor;
}

/** The mean of a Poisson distribution from its logarithm. */
export const expLink: KnownLink = { value: Math.exp, apply: (logits) => exp(logits) };

/** A probability from its log odds. */
export const sigmoidLink: KnownLink = {
  value: (logit) => 1 / (1 + Math.exp(-logit)),
  apply: (logits) => sigmoid(logits),
};

/** An inverse link of the user's: from logits to predictions. */
export type InverseLinkFn = (logits: Tensor) => Tensor;

/**
 * Applies an inverse link.
 *
 * @throws INVALID_ARGUMENT when a function of the user's returns no tensor
 */
export function applyLink(link: KnownLink | InverseLinkFn, logits: Tensor): Tensor {
  if (typeof link !== 'function') return link.apply(logits);
  const predictions: unknown = link(logits);
  if (predictions instanceof Tensor) return predictions;
  throw headError('INVALID_ARGUMENT', `inverseLinkFn must return a tensor, but ${describe(predictions)} came.`);
}
