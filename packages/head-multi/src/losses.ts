import type { Scalar } from '@tensorflow/tfjs-core';
import type { Features, ModeKeys } from '@tfjs-heads/head-api';
import { weightedSum } from '@tfjs-heads/head-kit';
import { labelsByHead, logitsByHead } from './by-head.js';
import { type NamedHead, ofHead } from './heads.js';
import { checkLoss } from './returned.js';

/** What a batch is for the losses of several heads. */
export interface MultiBatch {
  readonly labels: unknown;
  readonly logits: unknown;
  readonly features: Features | undefined;
  readonly mode: ModeKeys | undefined;
}

/**
 * The loss of each head, without its weight, in the order of the heads.
 *
 * @throws LABELS_MISSING, LABELS_DTYPE, LOGITS_MISSING, LOGITS_DTYPE, LOGITS_SHAPE, TENSOR_DISPOSED, TENSOR_FOREIGN, and what the
 *   heads throw, with the name of the head
 */
export function lossesOf(heads: readonly NamedHead[], { labels, logits, ...options }: MultiBatch): readonly Scalar[] {
  const [logitsOf, labelsOf] = [logitsByHead(logits, heads), labelsByHead(labels, heads)];
  return heads.map((head, index) =>
    ofHead(head, () => checkLoss(head.loss(labelsOf[index] ?? {}, logitsOf[index] ?? {}, options), 'HEADS_INVALID')),
  );
}

/** What is trained: the losses times the weights of the heads, plus the regularization losses. */
export function mergedLoss(
  losses: readonly Scalar[],
  headWeights: readonly number[],
  regularization: readonly Scalar[] = [],
): Scalar {
  return weightedSum([...losses, ...regularization], [...headWeights, ...regularization.map(() => 1)]);
}
