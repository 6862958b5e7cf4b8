import { exp, sigmoid } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { checkLive, checkNumeric, checkTensor } from '@tfjs-heads/head-kit';

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
 * @throws INVALID_ARGUMENT when a function of the user's returns no tensor of numbers, TENSOR_DISPOSED when it is disposed of or
 *   the function has disposed of the logits, TENSOR_FOREIGN
 */
export function applyLink(link: KnownLink | InverseLinkFn, logits: Tensor): Tensor {
  if (typeof link !== 'function') return link.apply(logits);
  const predictions: unknown = link(logits);
  checkLive('The logits, when inverseLinkFn has returned,', logits);
  const name = 'What inverseLinkFn returns';
  const tensor = checkTensor(name, predictions, 'a tensor', 'INVALID_ARGUMENT');
  checkNumeric(name, tensor, 'INVALID_ARGUMENT');
  return tensor;
}
