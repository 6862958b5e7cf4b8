import { drawValues } from '@tfjs-heads/reference';
import { mapParts, mapped, type Batch, type LabelValues } from '../batch.js';
import type { GoldenBatch, GoldenLabels } from './format.js';

/** The numbers to put in, drawn where they are not written out; of words their places among themselves. */
export function inputOf(given: GoldenLabels): LabelValues {
  const { shape, indices } = given;
  const sparse = indices && { indices };
  if (given.dtype === 'string')
    return { shape, values: given.values.map((_word, i) => i), vocabulary: given.values, ...sparse };
  const { values = [], draw, dtype } = given;
  return {
    shape,
    values: draw === undefined ? values.map(Number) : drawValues(draw.seed, shape, draw.kind, draw.classes),
    ...(dtype && { dtype }),
    ...sparse,
  };
}

/** A golden batch as numbers, drawn where they are not written out. */
export function batchIn({ logits, labels, weights, features }: GoldenBatch): Batch {
  return {
    logits: mapParts(logits, inputOf),
    labels: mapParts(labels, inputOf),
    ...(weights && { weights: inputOf(weights) }),
    ...(features && { features: mapped(features, inputOf) }),
  };
}
