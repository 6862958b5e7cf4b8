import { drawnBatch, weighted, written, type DrawnKind, type EvaluationDescription, type Options } from './describe.js';

/** A row whose loss and prediction are 0, and one whose are not. */
export interface TellingRows {
  readonly nothing: { readonly logit: number; readonly label: number };
  readonly something: { readonly logit: number; readonly label: number };
}

/** Metrics over batches of unequal sizes, with weights of every kind. */
export function commonEvaluations(
  labels: DrawnKind,
  dimension: number,
  rows: TellingRows,
  options: Options = {},
): EvaluationDescription[] {
  const batchesOf = (sizes: readonly number[], weights: 'none' | 'rows'): EvaluationDescription['batches'] =>
    sizes.map((size) => drawnBatch(labels, [size, dimension], weights));
  const shared = { ...options, ...(dimension > 1 && { labelDimension: dimension }) };
  const nothing = { ...drawnBatch(labels, [3, dimension]), weights: written([3], [0, 0, 0]) };
  const negative = [[0.5, -2, 1], [-1]].map((weights) => ({
    ...drawnBatch(labels, [weights.length, dimension]),
    weights: written([weights.length], weights),
  }));
  const [plain, mixed] = [
    batchesOf([5, 1, 13], 'none'),
    [...batchesOf([33, 1], 'rows'), nothing, ...batchesOf([7], 'rows')],
  ];
  return [
    { parameters: { batches: plain.length, weights: 'none' }, options: shared, batches: plain },
    { parameters: { batches: mixed.length, weights: 'rows' }, options: weighted(shared, nothing), batches: mixed },
    { parameters: { batches: 2, weights: 'all-0' }, options: weighted(shared, nothing), batches: [nothing, nothing] },
    // A mean all the same: what is 0 for lack of weights is only that of a sum of 0.
    { parameters: { batches: 2, weights: 'sum-negative' }, options: weighted(shared, nothing), batches: negative },
    largeCounts(rows, options),
  ];
}

/**
 * Weights past 2^24, where a float32 counter stops taking ones: it would be 22 units off in 24 batches. The sums are
 * exact in doubles, so two units are allowed.
 */
function largeCounts({ nothing, something }: TellingRows, options: Options): EvaluationDescription {
  const batch = (
    { logit, label }: TellingRows['nothing'],
    weights: readonly number[],
  ): EvaluationDescription['batches'][number] => ({
    logits: written(
      [weights.length, 1],
      weights.map(() => logit),
    ),
    labels: written(
      [weights.length, 1],
      weights.map(() => label),
    ),
    weights: written([weights.length], weights),
  });
  return {
    parameters: { batches: 25, weights: 'past-2^24' },
    options: { ...options, weightColumn: 'weight' },
    batches: [batch(nothing, [2 ** 23 + 1, 2 ** 23 + 1]), ...Array.from({ length: 24 }, () => batch(something, [1]))],
    k: 2,
  };
}
